#include "maniple/store/name_spool.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

constexpr std::size_t texts_of_variant = 3;  // ID, REF, ALT.

// What stands before a piece: then come contigs, positions, lengths of texts, and texts.
struct PieceHead {
    std::uint64_t checksum = 0;  // Of the piece, and of the rest of the head.
    std::int64_t rows = 0;
    std::int64_t bytes = 0;

    std::int64_t least_bytes() const {
        return rows * static_cast<std::int64_t>((2 + texts_of_variant) * sizeof(std::int32_t));
    }
};

template <class Piece>
auto texts_of(Piece& variant) {
    return std::array{&variant.id, &variant.reference, &variant.alternate};
}

std::uint64_t checksum_of(PieceHead const& head, std::span<std::byte const> piece) {
    Checksum sum;
    sum.add(piece);
    sum.add(std::as_bytes(std::span{&head, 1}).subspan(sizeof head.checksum));
    return sum.value();
}

template <class T>
void append_values(std::vector<std::byte>& bytes, std::span<T const> values) {
    auto const more = std::as_bytes(values);
    bytes.insert(bytes.end(), more.begin(), more.end());
}

// \pre bytes has as many
void take_values(std::span<std::byte const>& bytes, std::span<std::int32_t> values) {
    std::ranges::copy(bytes.first(values.size_bytes()), std::as_writable_bytes(values).begin());
    bytes = bytes.subspan(values.size_bytes());
}

}  // namespace

NameSpoolWriter::NameSpoolWriter(std::filesystem::path file)
    : path_{std::move(file)}, out_{path_, std::ios::binary | std::ios::trunc} {
    if (!out_) refuse();
}

void NameSpoolWriter::refuse() const {
    throw EnvironmentError{fmt::format(
        "'{}' cannot be written (permission or disk space); make room, or choose another folder",
        path_.string())};
}

void NameSpoolWriter::append(ResultNames const& names) {
    expect(names.contig.size() == names.variants.size(), "every variant has a contig");

    std::vector<std::byte> piece;
    append_values(piece, std::span<std::int32_t const>{names.contig});
    for (auto const& variant : names.variants) {
        append_values(piece, std::span<std::int32_t const>{&variant.position, 1});
    }
    for (auto const& variant : names.variants) {
        for (auto const* text : texts_of(variant)) {
            auto const length = static_cast<std::int32_t>(text->size());
            append_values(piece, std::span{&length, 1});
        }
    }
    for (auto const& variant : names.variants) {
        for (auto const* text : texts_of(variant)) {
            append_values(piece, std::span<char const>{*text});
        }
    }
    PieceHead head{.rows = std::ssize(names.variants), .bytes = std::ssize(piece)};
    head.checksum = checksum_of(head, piece);
    out_.write(reinterpret_cast<char const*>(&head), sizeof head);
    out_.write(reinterpret_cast<char const*>(piece.data()), head.bytes);
    if (!out_) refuse();
    size_.bytes += static_cast<std::int64_t>(sizeof head) + head.bytes;
    size_.most_bytes = std::max(size_.most_bytes, head.bytes);
}

NameSpoolSize NameSpoolWriter::finish() {
    out_.close();
    if (!out_) refuse();
    return size_;
}

NameSpoolReader::NameSpoolReader(std::filesystem::path file, NameSpoolSize size)
    : path_{std::move(file)}, in_{path_, std::ios::binary}, left_{size.bytes} {
    std::error_code error;
    auto const bytes = std::filesystem::file_size(path_, error);
    if (error || static_cast<std::int64_t>(bytes) != size.bytes) throw_damaged();
    if (!in_) {
        throw EnvironmentError{
            fmt::format("'{}' cannot be read; check permissions", path_.string())};
    }
}

void NameSpoolReader::throw_damaged() const {
    throw CorruptInput{
        fmt::format("'{}' is damaged (its size or a checksum is wrong); remove '{}', and "
                    "scan that part again",
                    path_.string(), path_.parent_path().parent_path().string())};
}

ResultNames NameSpoolReader::next() {
    PieceHead head;
    left_ -= static_cast<std::int64_t>(sizeof head);
    in_.read(reinterpret_cast<char*>(&head), sizeof head);
    bool const is_possible = in_ && left_ >= 0 && head.rows >= 0 && head.bytes <= left_ &&
                             head.rows <= left_ && head.bytes >= head.least_bytes();
    if (!is_possible) throw_damaged();
    std::vector<std::byte> piece(static_cast<std::size_t>(head.bytes));
    in_.read(reinterpret_cast<char*>(piece.data()), head.bytes);
    left_ -= head.bytes;
    if (!in_ || checksum_of(head, piece) != head.checksum) throw_damaged();

    std::span<std::byte const> rest{piece};
    auto const rows = static_cast<std::size_t>(head.rows);
    ResultNames names;
    names.contig.resize(rows);
    names.variants.resize(rows);
    std::vector<std::int32_t> positions(rows);
    std::vector<std::int32_t> lengths(rows * texts_of_variant);
    take_values(rest, names.contig);
    take_values(rest, positions);
    take_values(rest, lengths);
    auto length = lengths.begin();
    for (std::size_t row = 0; row < rows; ++row) {
        names.variants[row].position = positions[row];
        for (auto* text : texts_of(names.variants[row])) {
            auto const size = static_cast<std::size_t>(*length++);
            if (size > rest.size()) throw_damaged();
            text->assign(reinterpret_cast<char const*>(rest.data()), size);
            rest = rest.subspan(size);
        }
    }
    return names;
}

std::int64_t NameSpoolReader::reading_bytes(NameSpoolSize size, std::int64_t rows) {
    return 3 * size.most_bytes + rows * static_cast<std::int64_t>(sizeof(Variant) + 64);
}

}  // namespace maniple

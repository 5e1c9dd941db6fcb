#include "result_names.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "byte_planes.hpp"
#include "deflate.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "packed_chunk.hpp"
#include "plane_stream.hpp"

namespace maniple {
namespace {

constexpr char const* name_checksum = "name_checksum";

enum class NameColumn : std::size_t { contig, position, id, allele };
constexpr std::array<char const*, 4> names{"variant_contig", "variant_position", "variant_id",
                                           "variant_allele"};

hdf5::Dataset create(hdf5::File& file, NameColumn which, std::int64_t rows, std::int64_t piece_rows,
                     std::int64_t width) {
    auto const text = which == NameColumn::id || which == NameColumn::allele;
    auto const filter = text ? hdf5::Filter::deflate : hdf5::Filter::shuffle_deflate;
    auto const alleles = which == NameColumn::allele ? 2 : 0;
    return file.create_dataset(names[static_cast<std::size_t>(which)],
                               {.element = text ? hdf5::Element::text : hdf5::Element::int32,
                                .text_bytes = width,
                                .rows = rows,
                                .columns = alleles,
                                .chunk_rows = rows > 0 ? piece_rows : 0,
                                .chunk_columns = std::max(alleles, 1),
                                .filter = rows > 0 ? filter : hdf5::Filter::none});
}

hdf5::Dataset open(hdf5::File const& file, NameColumn which, std::int64_t rows,
                   std::int64_t piece_rows, std::int64_t width) {
    auto dataset = file.open_dataset(names[static_cast<std::size_t>(which)]);
    auto const alleles = which == NameColumn::allele ? 2 : 0;
    dataset.require_extent(rows, alleles);
    if (rows > 0) dataset.require_chunk(piece_rows, std::max(alleles, 1));
    if (width > 0 && dataset.text_bytes() != width) {
        hdf5::reject(file.origin(), fmt::format("texts of '{}' have another width than announced",
                                                dataset.name()));
    }
    return dataset;
}

void add_text(std::vector<char>& column, std::string_view text, std::size_t width) {
    expect(text.size() <= width, "a name fits its width");

    auto const start = column.size();
    column.resize(start + width, '\0');
    std::ranges::copy(text, column.begin() + static_cast<std::ptrdiff_t>(start));
}

std::string text_at(std::vector<char> const& column, std::size_t place, std::size_t width) {
    std::string_view const padded{column.data() + place * width, width};
    return std::string{padded.substr(0, padded.find_last_not_of('\0') + 1)};
}

std::vector<std::byte> deflate_numbers(std::span<std::int32_t const> values,
                                       std::int64_t piece_rows) {
    std::vector<std::byte> planes(values.size_bytes());
    to_planes(values, planes);
    std::vector<std::byte> stream;
    deflate_planes(planes, sizeof(std::int32_t), std::ssize(values), piece_rows, stream);
    return stream;
}

std::vector<std::byte> deflate_texts(std::vector<char>& column, std::size_t whole_bytes) {
    column.resize(whole_bytes, '\0');
    std::vector<std::byte> stream;
    auto const fits = deflate(std::as_bytes(std::span{column}), SIZE_MAX, stream);
    expect(fits, "a stream of any length is allowed");
    return stream;
}

}  // namespace

std::uint64_t NamePiece::checksum() const {
    Checksum sum;
    sum.add_values(std::span{contig});
    sum.add_values(std::span{position});
    sum.add_values(std::span{ids});
    sum.add_values(std::span{alleles});
    return sum.value();
}

ResultNamesWriter::ResultNamesWriter(hdf5::File& file, ResultHeader const& header,
                                     ResultShape shape)
    : variants_{header.variants},
      id_width_{static_cast<std::size_t>(header.id_width)},
      allele_width_{static_cast<std::size_t>(header.allele_width)},
      piece_rows_{shape.name_rows},
      datasets_{create(file, NameColumn::contig, variants_, piece_rows_, 0),
                create(file, NameColumn::position, variants_, piece_rows_, 0),
                create(file, NameColumn::id, variants_, piece_rows_, header.id_width),
                create(file, NameColumn::allele, variants_, piece_rows_, header.allele_width)} {}

void ResultNamesWriter::append(std::int32_t contig, std::span<Variant const> variants) {
    expect(rows_ + std::ssize(variants) <= variants_, "no more variants than announced");

    for (auto const& variant : variants) {
        piece_.contig.push_back(contig);
        piece_.position.push_back(variant.position);
        add_text(piece_.ids, variant.id, id_width_);
        add_text(piece_.alleles, variant.reference, allele_width_);
        add_text(piece_.alleles, variant.alternate, allele_width_);
        ++rows_;
        if (std::ssize(piece_.contig) == piece_rows_ || rows_ == variants_) encode();
    }
}

void ResultNamesWriter::encode() {
    checksums_.push_back(piece_.checksum());
    auto const rows = static_cast<std::size_t>(piece_rows_);
    waiting_.push_back({deflate_numbers(piece_.contig, piece_rows_),
                        deflate_numbers(piece_.position, piece_rows_),
                        deflate_texts(piece_.ids, rows * id_width_),
                        deflate_texts(piece_.alleles, rows * 2 * allele_width_)});
    piece_.contig.clear();
    piece_.position.clear();
    piece_.ids.clear();
    piece_.alleles.clear();
}

void ResultNamesWriter::write_first() {
    auto const& streams = waiting_.front();
    for (std::size_t i = 0; i < datasets_.size(); ++i) {
        datasets_[i].write_chunk(written_, 0, 0, streams[i]);
    }
    waiting_.pop_front();
    written_ = std::min(written_ + piece_rows_, variants_);
}

void ResultNamesWriter::write_until(std::int64_t row) {
    expect(row <= rows_, "the rows have names");

    while (!waiting_.empty() && std::min(written_ + piece_rows_, variants_) <= row) write_first();
}

void ResultNamesWriter::finish(hdf5::File& file) {
    expect(rows_ == variants_, "every row has its names");

    write_until(variants_);
    file.create_dataset(name_checksum,
                        {.element = hdf5::Element::uint64, .rows = std::ssize(checksums_)})
        .write_all(std::span<std::uint64_t const>{checksums_});
}

ResultNamesReader::ResultNamesReader(hdf5::File const& file, ResultHeader const& header,
                                     ResultShape shape)
    : variants_{header.variants},
      contigs_{std::ssize(header.contigs)},
      id_width_{static_cast<std::size_t>(header.id_width)},
      allele_width_{static_cast<std::size_t>(header.allele_width)},
      piece_rows_{shape.name_rows},
      datasets_{open(file, NameColumn::contig, variants_, piece_rows_, 0),
                open(file, NameColumn::position, variants_, piece_rows_, 0),
                open(file, NameColumn::id, variants_, piece_rows_, header.id_width),
                open(file, NameColumn::allele, variants_, piece_rows_, header.allele_width)} {
    auto const sums = file.open_dataset(name_checksum);
    sums.require_extent(pieces(variants_, piece_rows_));
    checksums_ = sums.read_all<std::uint64_t>();
}

NamePiece ResultNamesReader::read_piece(hdf5::File const& file, std::int64_t first_row) const {
    auto const rows = std::min(piece_rows_, variants_ - first_row);
    auto const read = [&]<class T>(NameColumn which, std::vector<T>& column, std::size_t width) {
        auto const& dataset = datasets_[static_cast<std::size_t>(which)];
        auto const bytes = read_packed_chunk(dataset, file.origin(), first_row, 0,
                                             piece_rows_ * static_cast<std::int64_t>(width));
        column.resize(static_cast<std::size_t>(rows) * width / sizeof(T));
        auto const target = std::as_writable_bytes(std::span{column});
        if constexpr (sizeof(T) == 1) {
            std::ranges::copy(std::span{bytes}.first(target.size()), target.begin());
        } else {
            from_planes(without_padding(bytes, sizeof(T), rows), sizeof(T), target);
        }
    };
    NamePiece piece;
    read(NameColumn::contig, piece.contig, sizeof(std::int32_t));
    read(NameColumn::position, piece.position, sizeof(std::int32_t));
    read(NameColumn::id, piece.ids, id_width_);
    read(NameColumn::allele, piece.alleles, 2 * allele_width_);
    if (piece.checksum() != checksums_[static_cast<std::size_t>(first_row / piece_rows_)]) {
        hdf5::reject(file.origin(), fmt::format("the checksum of the variants' names differs "
                                                "(rows {} to {})",
                                                first_row, first_row + rows - 1));
    }
    return piece;
}

template <class Take>
void ResultNamesReader::for_each(hdf5::File const& file, Range<GlobalVariantIndex> rows,
                                 Take const& take) const {
    auto const end = rows.last.get();
    for (auto row = rows.first.get(); row < end;) {
        auto const first = row / piece_rows_ * piece_rows_;
        auto const piece = read_piece(file, first);
        for (; row < std::min(end, first + std::ssize(piece.contig)); ++row) {
            auto const place = static_cast<std::size_t>(row - first);
            auto const contig = piece.contig[place];
            if (contig < 0 || contig >= contigs_) {
                hdf5::reject(file.origin(), "a variant's contig is not in the list of contigs");
            }
            take(piece, place);
        }
    }
}

ResultNames ResultNamesReader::read(hdf5::File const& file, Range<GlobalVariantIndex> rows) const {
    ResultNames result;
    for_each(file, rows, [&](NamePiece const& piece, std::size_t place) {
        result.contig.push_back(piece.contig[place]);
        result.variants.push_back(
            {.position = piece.position[place],
             .id = text_at(piece.ids, place, id_width_),
             .reference = text_at(piece.alleles, 2 * place, allele_width_),
             .alternate = text_at(piece.alleles, 2 * place + 1, allele_width_)});
    });
    return result;
}

ResultPlaces ResultNamesReader::read_places(hdf5::File const& file,
                                            Range<GlobalVariantIndex> rows) const {
    ResultPlaces result;
    for_each(file, rows, [&](NamePiece const& piece, std::size_t place) {
        result.contig.push_back(piece.contig[place]);
        result.position.push_back(piece.position[place]);
    });
    return result;
}

}  // namespace maniple

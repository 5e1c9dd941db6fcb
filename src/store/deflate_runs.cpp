#include "deflate_runs.hpp"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <new>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

enum class RowKind : unsigned char { runs, other };

RowKind kind_of(std::span<std::byte const> row) {
    std::size_t changes = 0;
    for (std::size_t i = 1; i < row.size(); ++i) changes += row[i] == row[i - 1] ? 0U : 1U;
    return changes * bytes_between_changes <= row.size() ? RowKind::runs : RowKind::other;
}

/// zlib's coder of runs, without the header and trailer of a stream.
class RunCoder {
public:
    RunCoder() {
        constexpr int largest_window_without_header = -15;
        constexpr int most_memory = 9;
        if (deflateInit2(&coder_, 1, Z_DEFLATED, largest_window_without_header, most_memory,
                         Z_RLE) != Z_OK) {
            throw std::bad_alloc{};
        }
    }
    RunCoder(RunCoder const&) = delete;
    RunCoder& operator=(RunCoder const&) = delete;
    ~RunCoder() { deflateEnd(&coder_); }

    /// Append blocks that end at a byte and are not the last of a stream.
    void append(std::span<std::byte const> bytes, std::vector<std::byte>& stream) {
        constexpr std::size_t largest_piece = std::size_t{1} << 30;  // zlib counts in 32 bits.
        for (; !bytes.empty(); bytes = bytes.subspan(std::min(bytes.size(), largest_piece))) {
            append_piece(bytes.first(std::min(bytes.size(), largest_piece)), stream);
        }
    }

private:
    void append_piece(std::span<std::byte const> bytes, std::vector<std::byte>& stream) {
        constexpr std::size_t flush_marker = 64;
        deflateReset(&coder_);
        auto const start = stream.size();
        auto const bound = deflateBound(&coder_, bytes.size()) + flush_marker;
        stream.resize(start + bound);
        coder_.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
        coder_.avail_in = static_cast<uInt>(bytes.size());
        coder_.next_out = reinterpret_cast<Bytef*>(stream.data() + start);
        coder_.avail_out = static_cast<uInt>(bound);
        auto const result = ::deflate(&coder_, Z_SYNC_FLUSH);
        expect(result == Z_OK && coder_.avail_in == 0 && coder_.avail_out > 0,
               "all bytes are coded at once");
        stream.resize(start + coder_.total_out);
    }

    z_stream coder_{};
};

void append_bytes(std::initializer_list<unsigned> values, std::vector<std::byte>& stream) {
    for (auto value : values) stream.push_back(static_cast<std::byte>(value));
}

// Stored blocks of deflate: a byte that says so, the length, its complement, the bytes.
void append_stored(std::span<std::byte const> bytes, std::vector<std::byte>& stream) {
    constexpr std::size_t longest_block = 65535;
    while (!bytes.empty()) {
        auto const piece = bytes.first(std::min(bytes.size(), longest_block));
        auto const length = static_cast<unsigned>(piece.size());
        append_bytes({0, length & 0xff, length >> 8, ~length & 0xff, ~length >> 8 & 0xff}, stream);
        stream.insert(stream.end(), piece.begin(), piece.end());
        bytes = bytes.subspan(piece.size());
    }
}

}  // namespace

bool deflate_runs(std::span<std::byte const> bytes, std::size_t row_bytes, std::size_t most,
                  std::vector<std::byte>& stream) {
    expect(row_bytes > 0 && bytes.size() % row_bytes == 0, "rows are whole");

    std::vector<RowKind> kinds;
    std::size_t stored = 0;
    for (std::size_t at = 0; at < bytes.size(); at += row_bytes) {
        kinds.push_back(kind_of(bytes.subspan(at, row_bytes)));
        if (kinds.back() == RowKind::other) stored += row_bytes;
        if (stored > most) return false;
    }

    thread_local RunCoder coder;
    stream.clear();
    append_bytes({0x78, 0x01}, stream);  // Deflate with a window of 32 kB, fastest.
    for (std::size_t first = 0; first < kinds.size();) {
        auto last = first;
        while (last < kinds.size() && kinds[last] == kinds[first]) ++last;
        auto const rows = bytes.subspan(first * row_bytes, (last - first) * row_bytes);
        if (kinds[first] == RowKind::runs) {
            coder.append(rows, stream);
        } else {
            append_stored(rows, stream);
        }
        if (stream.size() > most) return false;
        first = last;
    }
    append_bytes({1, 0, 0, 0xff, 0xff}, stream);  // The last block, empty.
    auto const sum = libdeflate_adler32(1, bytes.data(), bytes.size());
    append_bytes({sum >> 24 & 0xff, sum >> 16 & 0xff, sum >> 8 & 0xff, sum & 0xff}, stream);
    return stream.size() <= most;
}

}  // namespace maniple

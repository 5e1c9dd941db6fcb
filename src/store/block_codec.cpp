#include "maniple/store/block_codec.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "deflate.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

static_assert(std::endian::native == std::endian::little, "rows lie in files as in memory");

constexpr std::int64_t largest_chunk = std::int64_t{4} << 20;
constexpr std::uint64_t low_bits = 0x5555555555555555;

// Sum of the 2-bit digits of many words, folded into 16-bit fields. Each word adds at most 24 to a
// field, so 1024 words fit before the fold. Plain arithmetic: portable binaries have no popcount.
class DigitSum {
public:
    void add(std::uint64_t word) {
        auto const pairs = (word & 0x3333333333333333) + ((word >> 2) & 0x3333333333333333);
        auto const bytes = (pairs + (pairs >> 4)) & 0x0f0f0f0f0f0f0f0f;
        fields_ += (bytes & 0x00ff00ff00ff00ff) + ((bytes >> 8) & 0x00ff00ff00ff00ff);
    }
    std::int64_t fold() {
        std::int64_t sum = 0;
        for (int shift = 0; shift < 64; shift += 16) {
            sum += static_cast<std::int64_t>(fields_ >> shift & 0xffff);
        }
        fields_ = 0;
        return sum;
    }

private:
    std::uint64_t fields_ = 0;
};

struct RowCounts {
    std::int32_t missing;
    std::int32_t alternate;
};

RowCounts count_row(std::span<std::uint64_t const> row) {
    constexpr std::size_t words_per_fold = 1024;
    std::int64_t missing = 0;
    std::int64_t alternate = 0;
    for (std::size_t first = 0; first < row.size(); first += words_per_fold) {
        DigitSum absent;
        DigitSum alleles;
        for (auto word : row.subspan(first, std::min(words_per_fold, row.size() - first))) {
            auto const both = word & (word >> 1) & low_bits;
            absent.add(both);
            alleles.add(word ^ (both | both << 1));
        }
        missing += absent.fold();
        alternate += alleles.fold();
    }
    return {static_cast<std::int32_t>(missing), static_cast<std::int32_t>(alternate)};
}

StoredChunk encode_chunk(std::span<std::byte const> rows, std::int64_t stored_bytes,
                         Compression compression) {
    StoredChunk chunk;
    std::vector<std::byte> padded;
    if (std::ssize(rows) < stored_bytes) {
        padded.assign(rows.begin(), rows.end());
        padded.resize(static_cast<std::size_t>(stored_bytes));
        rows = padded;
    }
    // Half the size is the most that is worth inflating later.
    if (compression == Compression::automatic && deflate(rows, rows.size() / 2, chunk.bytes)) {
        chunk.deflated = true;
    } else {
        chunk.bytes.assign(rows.begin(), rows.end());
    }
    return chunk;
}

[[noreturn]] void reject(RawBlock const& raw, char const* problem) {
    throw CorruptInput{
        fmt::format("{}: {}; the file is damaged: restore it from a copy, or import again",
                    raw.place, problem)};
}

void decode_chunk(RawBlock const& raw, StoredChunk const& chunk, std::span<std::byte> rows) {
    auto const stride = packed_stride(raw.samples);
    if (chunk.stored_rows < chunk.rows || chunk.rows < 1) reject(raw, "a chunk has no rows");
    auto const stored_bytes = static_cast<std::size_t>(chunk.stored_rows * stride);
    if (!chunk.deflated) {
        if (chunk.bytes.size() != stored_bytes) reject(raw, "a chunk is too short");
        std::memcpy(rows.data(), chunk.bytes.data(), rows.size());
    } else if (rows.size() == stored_bytes) {
        if (!inflate(chunk.bytes, rows)) reject(raw, "a chunk cannot be inflated");
    } else {
        std::vector<std::byte> padded(stored_bytes);
        if (!inflate(chunk.bytes, padded)) reject(raw, "a chunk cannot be inflated");
        std::memcpy(rows.data(), padded.data(), rows.size());
    }
}

}  // namespace

std::int64_t chunk_rows(std::int64_t block_variants, std::int64_t samples) {
    expect(block_variants > 0, "a block has variants");
    expect(samples > 0, "a block has samples");

    auto const most = std::max<std::int64_t>(1, largest_chunk / packed_stride(samples));
    auto rows = std::min(block_variants, most);
    while (block_variants % rows != 0) --rows;
    return rows;
}

EncodedBlock encode_block(PackedView genotypes, std::int64_t rows_per_chunk,
                          Compression compression) {
    expect(rows_per_chunk > 0, "a chunk has rows");

    EncodedBlock block;
    block.variants = genotypes.variants();
    auto const bytes = std::as_bytes(genotypes.words());
    auto const stride = packed_stride(genotypes.samples());
    block.checksum = checksum(bytes);
    for (std::int64_t first = 0; first < block.variants; first += rows_per_chunk) {
        auto const rows = std::min(rows_per_chunk, block.variants - first);
        auto chunk = encode_chunk(bytes.subspan(static_cast<std::size_t>(first * stride),
                                                static_cast<std::size_t>(rows * stride)),
                                  rows_per_chunk * stride, compression);
        chunk.rows = rows;
        chunk.stored_rows = rows_per_chunk;
        block.chunks.push_back(std::move(chunk));
    }
    for (LocalVariantIndex v{0}; v < LocalVariantIndex{block.variants}; ++v) {
        auto const counts = count_row(genotypes.row(v));
        block.missing.push_back(counts.missing);
        block.alternate_count.push_back(counts.alternate);
    }
    return block;
}

void decode_block(RawBlock const& raw, PackedBlock& genotypes) {
    auto const stride = packed_stride(raw.samples);
    if (genotypes.samples() != raw.samples || genotypes.variants() < raw.variants) {
        genotypes = PackedBlock{raw.variants, raw.samples};
    }
    genotypes.truncate(raw.variants);
    auto const bytes = std::as_writable_bytes(
        genotypes.words().first(static_cast<std::size_t>(raw.variants * stride / 8)));
    std::int64_t row = 0;
    for (auto const& chunk : raw.chunks) {
        if (chunk.rows > raw.variants - row) reject(raw, "it has more rows than it should");
        decode_chunk(raw, chunk,
                     bytes.subspan(static_cast<std::size_t>(row * stride),
                                   static_cast<std::size_t>(chunk.rows * stride)));
        row += chunk.rows;
    }
    if (row != raw.variants) reject(raw, "it has fewer rows than it should");
    if (checksum(bytes) != raw.checksum) reject(raw, "its checksum differs");
}

}  // namespace maniple

#include "maniple/store/block_codec.hpp"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "deflate.hpp"
#include "deflate_runs.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "zstd_frame.hpp"

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

// What is larger than half is not worth inflating.
bool pack(std::span<std::byte const> rows, std::size_t row_bytes, Compression compression,
          std::vector<std::byte>& stream) {
    auto const most = rows.size() / 2;
    switch (compression) {
        case Compression::none:
            return false;
        case Compression::automatic:
            return deflate_runs(rows, row_bytes, most, stream);
        case Compression::deflate:
            return deflate(rows, most, stream);
        case Compression::zstd:
            return compress_frame(rows, most, stream);
    }
    return false;
}

EncodedChunk encode_chunk(std::span<std::byte const> rows, std::int64_t row_bytes,
                          std::int64_t stored_bytes, Compression compression) {
    EncodedChunk chunk{.rows = rows};
    std::vector<std::byte> padded;
    if (std::ssize(rows) < stored_bytes) {
        padded.assign(rows.begin(), rows.end());
        padded.resize(static_cast<std::size_t>(stored_bytes));
        rows = padded;
    }
    if (pack(rows, static_cast<std::size_t>(row_bytes), compression, chunk.own)) {
        chunk.codec = packed_codec(compression);
    } else {
        chunk.own = std::move(padded);
    }
    return chunk;
}

[[noreturn]] void reject(RawBlock const& raw, char const* problem) {
    throw CorruptInput{
        fmt::format("{}: {}; the file is damaged: restore it from a copy, or import again",
                    raw.place, problem)};
}

bool unpack(StoredChunk const& chunk, std::span<std::byte> rows) {
    switch (chunk.codec) {
        case Codec::plain:
            return true;
        case Codec::deflate:
            return inflate(chunk.bytes, rows);
        case Codec::zstd:
            return decompress_frame(chunk.bytes, rows);
    }
    return false;
}

// Kernels read whole words, and take what lies behind the last sample to be zero.
bool is_padding_zero(std::span<std::uint64_t const> row, std::int64_t samples) {
    auto const whole = static_cast<std::size_t>(samples / 32);
    if (whole == row.size()) return true;
    std::uint64_t padding = row[whole] >> samples % 32 * 2;
    for (auto word : row.subspan(whole + 1)) padding |= word;
    return padding == 0;
}

}  // namespace

std::string_view to_string(Codec codec) {
    switch (codec) {
        case Codec::plain:
            return "plain";
        case Codec::deflate:
            return "deflate";
        case Codec::zstd:
            return "zstd";
    }
    return {};
}

std::int64_t chunk_rows(std::int64_t block_variants, std::int64_t samples) {
    expect(block_variants > 0, "a block has variants");
    expect(samples > 0, "a block has samples");

    auto const most = std::max<std::int64_t>(1, largest_chunk / packed_stride(samples));
    auto rows = std::min(block_variants, most);
    while (block_variants % rows != 0) --rows;
    return rows;
}

void RawBlock::reshape(std::int64_t variants, std::int64_t samples, std::int64_t rows_per_chunk) {
    expect(variants > 0, "a block has variants");
    expect(samples > 0, "a block has samples");
    expect(rows_per_chunk > 0, "a chunk has rows");

    variants_ = variants;
    samples_ = samples;
    chunk_words_ = rows_per_chunk * packed_stride(samples) / 8;
    auto const needed = (variants + rows_per_chunk - 1) / rows_per_chunk;
    chunks.resize(static_cast<std::size_t>(needed));
    for (auto& chunk : chunks) {
        chunk.codec = Codec::plain;
        chunk.bytes.clear();
    }
    if (words_.size() < needed * chunk_words_) {
        words_ = {};  // Before the larger one is there: not both at a time.
        words_ = AlignedBuffer<std::uint64_t>{needed * chunk_words_};
    }
}

std::span<std::byte> RawBlock::chunk_place(std::size_t chunk) {
    expect(chunk < chunks.size(), "chunk is inside the block");

    auto const words = static_cast<std::size_t>(chunk_words_);
    return std::as_writable_bytes(words_.span().subspan(chunk * words, words));
}

PackedView RawBlock::view() const {
    auto const words = variants_ * packed_stride(samples_) / 8;
    return {words_.span().first(static_cast<std::size_t>(words)), variants_, samples_};
}

EncodedBlock encode_block(PackedView genotypes, std::int64_t rows_per_chunk,
                          Compression compression) {
    expect(rows_per_chunk > 0, "a chunk has rows");

    EncodedBlock block{.variants = genotypes.variants(), .rows_per_chunk = rows_per_chunk};
    auto const bytes = std::as_bytes(genotypes.words());
    auto const stride = packed_stride(genotypes.samples());
    block.checksum = checksum(bytes);
    for (std::int64_t first = 0; first < block.variants; first += rows_per_chunk) {
        auto const rows = std::min(rows_per_chunk, block.variants - first);
        block.chunks.push_back(encode_chunk(bytes.subspan(static_cast<std::size_t>(first * stride),
                                                          static_cast<std::size_t>(rows * stride)),
                                            stride, rows_per_chunk * stride, compression));
    }
    auto counts = count_block(genotypes);
    block.missing = std::move(counts.missing);
    block.alternate_count = std::move(counts.alternate_count);
    return block;
}

PackedView decode_block(RawBlock& raw) {
    auto const genotypes = raw.view();
    auto left = static_cast<std::size_t>(raw.variants() * packed_stride(raw.samples()));
    // Chunk by chunk, so that the checksum finds in the cache what was just inflated.
    Checksum sum;
    for (std::size_t c = 0; c < raw.chunks.size(); ++c) {
        auto const rows = raw.chunk_place(c);
        if (!unpack(raw.chunks[c], rows)) reject(raw, "a chunk cannot be inflated");
        auto const used = std::min(rows.size(), left);
        sum.add(rows.first(used));
        left -= used;
    }
    if (sum.value() != raw.checksum) reject(raw, "its checksum differs");
    for (LocalVariantIndex v{0}; v < LocalVariantIndex{genotypes.variants()}; ++v) {
        if (!is_padding_zero(genotypes.row(v), genotypes.samples())) {
            reject(raw, "it has genotypes of samples that there are not");
        }
    }
    return genotypes;
}

BlockCounts count_block(PackedView genotypes) {
    BlockCounts counts;
    for (LocalVariantIndex v{0}; v < LocalVariantIndex{genotypes.variants()}; ++v) {
        auto const row = count_row(genotypes.row(v));
        counts.missing.push_back(row.missing);
        counts.alternate_count.push_back(row.alternate);
    }
    return counts;
}

}  // namespace maniple

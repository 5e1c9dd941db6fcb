/// \file  One block of genotypes as it lies in a partition. Serial and re-entrant: for any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/genotype/packed_block.hpp"

namespace maniple {

/// How the bytes of one chunk are stored.
enum class Codec {
    plain,    ///< The rows themselves.
    deflate,  ///< A zlib stream.
    zstd,     ///< One Zstandard frame that tells its content's size.
};

/// "plain", "deflate" or "zstd".
std::string_view to_string(Codec codec);

/// What a person wants of the chunks of a store.
enum class Compression {
    automatic,  ///< Deflate rows that cost next to nothing to inflate, where chunks shrink to half.
    none,
    deflate,  ///< Deflate each chunk that shrinks to half or less.
    zstd,     ///< As deflate, with Zstandard; HDF5 needs a plug-in to read such chunks.
};

/// The codec of chunks that are not plain.
constexpr Codec packed_codec(Compression compression) {
    return compression == Compression::zstd ? Codec::zstd : Codec::deflate;
}

/// One HDF5 chunk of `call_genotype_2bit`, whole rows of one block, on its way to a file.
struct EncodedChunk {
    Codec codec = Codec::plain;
    std::vector<std::byte> own;       ///< The stream; or plain rows with the zero rows behind them.
    std::span<std::byte const> rows;  ///< Of the encoded genotypes, where `own` is empty.

    std::span<std::byte const> bytes() const { return own.empty() ? rows : std::span{own}; }
};

/// One such chunk as it was read.
struct StoredChunk {
    Codec codec = Codec::plain;
    std::vector<std::byte> bytes;  ///< None where it is plain: its rows are in their place.
};

/// A block ready to be written: chunks in row order, and what the partition says about its rows.
/// Valid as long as the genotypes that were encoded: plain rows are not copied.
struct EncodedBlock {
    std::int64_t variants = 0;
    /// Of every chunk: zero rows follow the block's last row, because stock readers take each chunk
    /// to be whole.
    std::int64_t rows_per_chunk = 0;
    std::vector<EncodedChunk> chunks;
    std::uint64_t checksum = 0;                 ///< XXH3 of the decoded rows.
    std::vector<std::int32_t> missing;          ///< Per variant: samples without a genotype.
    std::vector<std::int32_t> alternate_count;  ///< Per variant: ALT alleles over all samples.
};

/// A block as it was read: plain chunks lie in their place among its rows, the others are still to
/// be inflated into theirs. One that is read again and again keeps its memory.
class RawBlock {
public:
    std::string place;  ///< "file: dataset, block" for messages.
    std::uint64_t checksum = 0;
    std::vector<StoredChunk> chunks;

    std::int64_t variants() const { return variants_; }
    std::int64_t samples() const { return samples_; }

    /// Give the block this shape: `chunks` are as many as it needs, and all plain.
    /// \pre variants > 0, samples > 0, rows_per_chunk > 0
    void reshape(std::int64_t variants, std::int64_t samples, std::int64_t rows_per_chunk);

    /// Where the rows of a chunk belong, with the zero rows that may follow the last.
    /// \pre 0 <= chunk < chunks.size()
    std::span<std::byte> chunk_place(std::size_t chunk);
    /// The rows, once every chunk is in its place.
    PackedView view() const;

private:
    std::int64_t variants_ = 0;
    std::int64_t samples_ = 0;
    std::int64_t chunk_words_ = 0;
    AlignedBuffer<std::uint64_t> words_;
};

/// Rows of one chunk of a block of at most `block_variants` rows: the largest divisor of
/// `block_variants` whose rows fit 4 MiB, at least 1, so that every block starts a chunk.
/// \pre   block_variants > 0, samples > 0
std::int64_t chunk_rows(std::int64_t block_variants, std::int64_t samples);

/// \param rows_per_chunk  from `chunk_rows`; the last chunk may have fewer.
EncodedBlock encode_block(PackedView genotypes, std::int64_t rows_per_chunk,
                          Compression compression);

/// Inflate what is not in its place yet and verify the checksum. The view is valid until the block
/// is read again or moved. Another call gives the same view.
/// \throws CorruptInput naming raw.place.
PackedView decode_block(RawBlock& raw);

/// Samples without a genotype and ALT alleles, per variant.
struct BlockCounts {
    std::vector<std::int32_t> missing;
    std::vector<std::int32_t> alternate_count;
};
BlockCounts count_block(PackedView genotypes);

}  // namespace maniple

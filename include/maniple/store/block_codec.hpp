/// \file  One block of genotypes as it lies in a partition. Serial and re-entrant: for any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "maniple/genotype/packed_block.hpp"

namespace maniple {

/// One HDF5 chunk of `call_genotype_2bit`: whole rows of one block.
struct StoredChunk {
    std::int64_t rows = 0;
    /// Rows of every chunk of the dataset; where `rows` is less, zero rows follow, because stock
    /// readers take each chunk to be whole.
    std::int64_t stored_rows = 0;
    bool deflated = false;         ///< Else the bytes are the rows themselves.
    std::vector<std::byte> bytes;  ///< zlib stream, or stored_rows * stride bytes.
};

/// A block ready to be written: chunks in row order, and what the partition says about its rows.
struct EncodedBlock {
    std::int64_t variants = 0;
    std::vector<StoredChunk> chunks;
    std::uint64_t checksum = 0;                 ///< XXH3 of the decoded rows.
    std::vector<std::int32_t> missing;          ///< Per variant: samples without a genotype.
    std::vector<std::int32_t> alternate_count;  ///< Per variant: ALT alleles over all samples.
};

/// A block as it was read, still compressed.
struct RawBlock {
    std::string place;  ///< "file: dataset, block" for messages.
    std::int64_t variants = 0;
    std::int64_t samples = 0;
    std::uint64_t checksum = 0;
    std::vector<StoredChunk> chunks;
};

enum class Compression {
    automatic,  ///< Deflate each chunk that shrinks to half or less.
    none,
};

/// Rows of one chunk of a block of at most `block_variants` rows: the largest divisor of
/// `block_variants` whose rows fit 4 MiB, at least 1, so that every block starts a chunk.
/// \pre   block_variants > 0, samples > 0
std::int64_t chunk_rows(std::int64_t block_variants, std::int64_t samples);

/// \param rows_per_chunk  from `chunk_rows`; the last chunk may have fewer.
EncodedBlock encode_block(PackedView genotypes, std::int64_t rows_per_chunk,
                          Compression compression);

/// Inflate into `genotypes` and verify the checksum. Afterwards `genotypes` has exactly
/// raw.variants rows of raw.samples; it allocates only where it has had fewer. \throws CorruptInput
/// naming raw.place.
void decode_block(RawBlock const& raw, PackedBlock& genotypes);

}  // namespace maniple

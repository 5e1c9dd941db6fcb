/// \file  genotypes/<contig>-<number>.h5: one contig's fixed run of variants for all samples.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/genotype/variant.hpp"
#include "maniple/store/block_codec.hpp"

namespace maniple {

/// What cohort.h5 records of one partition.
struct PartitionEntry {
    std::string file;  ///< Relative to the store, e.g. "genotypes/22-1.h5".
    std::string contig;
    std::int64_t variants = 0;
    std::int64_t blocks = 0;
    std::int64_t bytes = 0;      ///< Size of the file.
    std::uint64_t checksum = 0;  ///< Over the blocks' starts and checksums, which cover the rest.
};

/// What every partition of a store has in common.
struct PartitionFormat {
    std::int64_t samples = 0;
    std::uint64_t fingerprint = 0;  ///< Of the ordered sample IDs.
    std::int64_t block_variants = 0;
};

/// Numbers of consecutive variants, over all samples.
struct VariantNumbers {
    std::vector<std::int32_t> position;
    std::vector<std::int32_t> missing;          ///< Samples without a genotype.
    std::vector<std::int32_t> alternate_count;  ///< ALT alleles.
};

/// Bytes of the longest names of a partition: the fixed lengths of its datasets, at least 1.
struct NameWidths {
    std::int64_t id = 1;
    std::int64_t allele = 1;
};

/// How the genotypes of a partition are stored.
struct PartitionStorage {
    Codec codec = Codec::deflate;    ///< Of the chunks that are not plain.
    std::int64_t packed_chunks = 0;  ///< That are not plain.
    std::int64_t chunks = 0;
    std::int64_t stored_bytes = 0;  ///< Of all chunks.
    std::int64_t bytes = 0;  ///< Of all rows, were they plain and without zero rows behind them.
};

/// Writes one partition under a temporary name; `finish` gives it its own.
/// A writer destroyed before `finish` removes what it wrote.
class PartitionWriter {
public:
    /// \param file  final path; it must not exist. \throws EnvironmentError.
    /// \param codec  of the chunks that are not plain. \pre codec is not plain
    PartitionWriter(std::filesystem::path const& file, std::string contig,
                    PartitionFormat const& format, Codec codec);
    PartitionWriter(PartitionWriter&&) noexcept;
    PartitionWriter& operator=(PartitionWriter&&) noexcept;
    ~PartitionWriter();

    /// Blocks in variant order; only the last may have fewer than format.block_variants rows.
    /// \pre variants.size() == block.variants; its chunks are plain or of the partition's codec
    void append(std::span<Variant const> variants, EncodedBlock const& block);

    std::int64_t variants() const;

    /// Write the tables, fsync, rename. \throws EnvironmentError, for instance when the disk is
    /// full.
    PartitionEntry finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Reads one partition. The file stays open, and little of it in memory: blocks in ascending order
/// are read fastest. One thread per process may call the members.
class PartitionReader {
public:
    /// Opens and checks structure, fingerprint, sizes and the checksum in `entry`, which covers the
    /// checksums of blocks.
    /// \throws CorruptInput naming file and dataset; EnvironmentError when it cannot be opened.
    PartitionReader(std::filesystem::path const& store, PartitionEntry const& entry,
                    PartitionFormat const& format);
    PartitionReader(PartitionReader&&) noexcept;
    PartitionReader& operator=(PartitionReader&&) noexcept;
    ~PartitionReader();

    std::int64_t variants() const;
    std::int64_t blocks() const;
    /// Widths of names, and how genotypes are stored. Reads neither names nor genotypes.
    NameWidths name_widths() const;
    PartitionStorage storage() const;

    /// Rows of the partition that make up one block. \pre 0 <= block < blocks()
    Range<GlobalVariantIndex> block_rows(std::int64_t block) const;

    /// Names, or numbers, of the variants of one block, verified.
    /// \pre 0 <= block < blocks()
    /// \throws CorruptInput naming file and dataset or block.
    std::vector<Variant> read_variants(std::int64_t block) const;
    VariantNumbers read_numbers(std::int64_t block) const;

    /// Read the chunks of one block into `raw`, reusing its memory: plain ones straight into their
    /// place. `decode_block` does the rest.
    /// \pre 0 <= block < blocks()
    /// \throws CorruptInput naming file, dataset and block.
    void read_block(std::int64_t block, RawBlock& raw) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace maniple

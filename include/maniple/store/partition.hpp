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
    std::uint64_t checksum = 0;  ///< Over variant table, block starts and block checksums.
};

/// What every partition of a store has in common.
struct PartitionFormat {
    std::int64_t samples = 0;
    std::uint64_t fingerprint = 0;  ///< Of the ordered sample IDs.
    std::int64_t block_variants = 0;
};

/// Writes one partition under a temporary name; `finish` gives it its own.
/// A writer destroyed before `finish` removes what it wrote.
class PartitionWriter {
public:
    /// \param file  final path; it must not exist. \throws EnvironmentError.
    PartitionWriter(std::filesystem::path const& file, std::string contig,
                    PartitionFormat const& format);
    PartitionWriter(PartitionWriter&&) noexcept;
    PartitionWriter& operator=(PartitionWriter&&) noexcept;
    ~PartitionWriter();

    /// Blocks in variant order; only the last may have fewer than format.block_variants rows.
    /// \pre variants.size() == block.variants
    void append(std::span<Variant const> variants, EncodedBlock const& block);

    std::int64_t variants() const;

    /// Write the tables, fsync, rename. \throws EnvironmentError, for instance when the disk is
    /// full.
    PartitionEntry finish();

private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Reads one partition. The file stays open. One thread per process may call the members.
class PartitionReader {
public:
    /// Opens and checks structure, fingerprint, sizes and the checksum in `entry`.
    /// \throws CorruptInput naming file and dataset; EnvironmentError when it cannot be opened.
    PartitionReader(std::filesystem::path const& store, PartitionEntry const& entry,
                    PartitionFormat const& format);
    PartitionReader(PartitionReader&&) noexcept;
    PartitionReader& operator=(PartitionReader&&) noexcept;
    ~PartitionReader();

    std::vector<Variant> const& variants() const;
    std::span<std::int32_t const> missing() const;          ///< Per variant, all samples.
    std::span<std::int32_t const> alternate_count() const;  ///< Per variant, all samples.

    std::int64_t blocks() const;
    /// Rows of the partition that make up one block. \pre 0 <= block < blocks()
    Range<GlobalVariantIndex> block_rows(std::int64_t block) const;

    /// Read the compressed chunks of one block into `raw`, reusing its memory.
    /// \pre 0 <= block < blocks()
    /// \throws CorruptInput naming file, dataset and block.
    void read_block(std::int64_t block, RawBlock& raw) const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace maniple

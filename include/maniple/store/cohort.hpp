/// \file  A cohort store: the directory that holds samples, genotype partitions and tables.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "maniple/store/partition.hpp"
#include "maniple/store/table_reader.hpp"
#include "maniple/trait/samples.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

/// What cohort.h5 holds.
struct CohortIndex {
    Samples samples;
    std::uint64_t fingerprint = 0;
    std::int64_t block_variants = 512;
    std::vector<PartitionEntry> partitions;  ///< In the order of import.

    std::int64_t variants() const;
    std::vector<std::string> contigs() const;  ///< In order of first appearance.
    PartitionFormat format() const;
};

/// Read-only view of a store. Opening reads cohort.h5 alone.
class Cohort {
public:
    /// \throws UserError when `path` is no store; CorruptInput when cohort.h5 fails its checksum.
    explicit Cohort(std::filesystem::path path);

    std::filesystem::path const& path() const { return path_; }
    CohortIndex const& index() const { return index_; }
    Samples const& samples() const { return index_.samples; }

    PartitionReader open_partition(std::size_t number) const;

    /// Names of tables/*.h5, sorted.
    std::vector<std::string> table_names() const;
    /// \throws as `read_table`, which is what reads all of it.
    TableReader open_table(std::string const& name) const;
    /// Column descriptions only: no values are read. \throws as `read_table`.
    TableSummary summarize_table(std::string const& name) const;
    /// \throws UserError when there is none; CorruptInput when its checksum or fingerprint differs.
    Table read_table(std::string const& name) const;

    /// Names of models/*.h5, sorted.
    std::vector<std::string> model_names() const;

private:
    std::filesystem::path path_;
    CohortIndex index_;
};

/// Write or replace cohort.h5 in one step (temporary name, fsync, rename): the moment in which
/// partitions become part of the store.
void write_cohort_index(std::filesystem::path const& store, CohortIndex const& index);

enum class ExistingTable { refuse, replace };

/// Write tables/<name>.h5 in one step.
/// \throws UserError when it exists and `existing` is refuse.
void write_table(std::filesystem::path const& store, CohortIndex const& index, Table const& table,
                 ExistingTable existing);

}  // namespace maniple

/// \file  The store that an ingest builds or extends; private to run.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "maniple/core/writer_lock.hpp"
#include "maniple/store/cohort.hpp"
#include "maniple/store/partition.hpp"

namespace maniple {

/// A new store under a hidden name beside its own, or an existing one that is being extended. What
/// was written is removed again unless `commit` was reached or somebody keeps account of it in
/// `journal()`, but never a partition that the store's cohort.h5 lists. One writer at a time per
/// store, also of one that is not there yet.
class StoreTarget {
public:
    /// \param block_variants  of a new store; an existing one keeps its own.
    /// \throws UserError when `store` exists and is no store, is being written by another process,
    /// or
    ///         holds other samples; EnvironmentError when it cannot be made.
    StoreTarget(std::filesystem::path store, Samples const& samples, std::int64_t block_variants);
    StoreTarget(StoreTarget const&) = delete;
    StoreTarget& operator=(StoreTarget const&) = delete;
    ~StoreTarget();

    /// Where partitions and tables are written before `commit`.
    std::filesystem::path const& folder() const { return folder_; }
    /// A file for whoever keeps account of what is written, for a later target of the same store;
    /// removed by `commit`.
    std::filesystem::path journal() const;
    CohortIndex const& index() const { return index_; }
    bool extends() const { return folder_ == store_; }

    /// Begin with these partitions, which an earlier target left; what else it left is removed.
    /// \pre nothing was added \throws CorruptInput.
    void take_up(std::vector<PartitionEntry> const& entries);
    PartitionWriter start_partition(std::string const& contig, Codec codec) const;
    void add(PartitionEntry entry);

    /// Make everything visible under the store's name, in one step. \throws EnvironmentError.
    void commit();

private:
    void lock(std::filesystem::path const& folder);
    void remove_leftovers() const;
    void open_existing(Samples const& samples);
    void remove_added_partitions() const noexcept;
    void create_new(std::int64_t block_variants);
    void rename_folder();

    std::filesystem::path store_;
    std::filesystem::path folder_;
    CohortIndex index_;
    std::size_t existing_partitions_ = 0;
    std::optional<WriterLock> lock_;  // Not while a new store has its name.
    bool committed_ = false;
};

/// Remove the lock and the journal of an import whose process died when all of it was in the store.
void tidy_up_behind_import(std::filesystem::path const& store);

/// Was an import into this store interrupted, which nothing else was imported behind?
bool is_import_begun(std::filesystem::path const& store);

/// Is it named as the journal of an import, of whichever?
bool is_import_journal(std::filesystem::path const& file);

/// Check that two lists hold the same samples in the same order.
/// \throws UserError naming both sources and the first position at which they differ.
void require_same_samples(Samples const& first, std::string const& first_source,
                          Samples const& second, std::string const& second_source);

}  // namespace maniple

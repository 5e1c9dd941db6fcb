/// \file  The copy loop from any genotype source into a store, shared by import and simulate.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/run/kept_state.hpp"
#include "maniple/store/block_codec.hpp"
#include "maniple/store/cohort.hpp"
#include "maniple/store/variant_block.hpp"

namespace maniple {

struct IngestOptions {
    std::int64_t block_variants = 512;  ///< Of a new store; an existing one keeps its own.
    Compression compression = Compression::automatic;
    int threads = 1;  ///< That encode blocks.
    /// Called once when all partitions are written and before the store changes for its readers, to
    /// write tables that belong to them into `store`. What it throws undoes the ingest, or
    /// interrupts it.
    std::function<void(std::filesystem::path const& store, CohortIndex const& index)> before_commit;
    /// What it does, to tell whether a call goes on with what an earlier one began.
    PlanFacts facts = {};
};

struct IngestSummary {
    std::int64_t samples = 0;
    std::int64_t variants = 0;
    std::int64_t contigs = 0;
    std::int64_t partitions = 0;    ///< Added to the store.
    std::int64_t packed_bytes = 0;  ///< Of the genotypes at two bits each, without padding.
    std::int64_t stored_bytes = 0;  ///< Of the partition files.
    std::int64_t taken_up = 0;      ///< Variants that an interrupted call had written.
    double seconds = 0;
};

/// Variants that one partition holds at most.
inline constexpr std::int64_t partition_variants = 65'536;

/// Read all sources to their ends, one after the other, into the store.
///
/// A new store is built in a hidden folder beside it and renamed when complete. Into an existing
/// store the partitions are added, visible to readers when cohort.h5 is replaced at the end. A new
/// partition starts with each source, each contig and after `partition_variants` variants. Equal
/// sources give equal partitions for any number of threads.
///
/// \pre    sources is not empty; options.block_variants > 0; options.threads > 0
/// \throws UserError when samples of sources or store differ (with the first position at which they
///         do), when a contig comes back after another one within a source, when a source has no
///         variants; whatever sources and files throw. Nothing is left behind then where a source
///         is no file; else the partitions that are finished are, and the same call goes on from
///         them: it throws UserError where sources that had been read, samples or options are
///         others than they were. Error with ExitCode::stopped after a signal (StopRequest).
/// Threads: starts its own; HDF5 and the sources are called by the calling thread alone.
IngestSummary ingest(std::filesystem::path const& store,
                     std::vector<GenotypeSource*> const& sources, IngestOptions const& options,
                     Log& log);

}  // namespace maniple

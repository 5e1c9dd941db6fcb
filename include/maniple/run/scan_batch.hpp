/// \file  One pass over the genotypes for one batch of traits: ranks, threads, units.
#pragma once

#include <cstdint>
#include <functional>

#include "maniple/mpi/communicator.hpp"
#include "maniple/run/block_reader.hpp"
#include "maniple/run/contig_nulls.hpp"
#include "maniple/run/encoded_unit.hpp"
#include "maniple/run/progress.hpp"
#include "maniple/run/scan_models.hpp"
#include "maniple/run/scan_plan.hpp"
#include "maniple/run/scan_tally.hpp"
#include "maniple/run/scan_units.hpp"

namespace maniple {

/// Takes the compressed results of each unit, in order. May read names with the reader. Called by
/// one thread at a time, and by none while another uses HDF5.
using UnitSink = std::function<void(std::int64_t unit, BlockReader&, EncodedUnit const&)>;

/// How much of a batch one rank has in memory.
struct PassLimits {
    std::int64_t arrays = 1;   ///< Units whose numbers are computed or encoded.
    std::int64_t buffers = 1;  ///< Blocks as they are read.
};

/// With one thread there is nothing to overlap; with more, a unit is begun while the last one is
/// encoded, and blocks are read ahead.
PassLimits pass_limits(int threads);

/// Compute units for the traits of a batch and hand the results to `sink` on the root.
///
/// Units are dealt to ranks in turn; a rank's threads share its units block by block and compress
/// their columns, and the root writes what all ranks send it. Memory does not depend on the number
/// of variants, and the sink sees one order whatever the ranks and threads.
///
/// \param which  of the plan's units: those that are still to be computed. \param tally  counts
/// this rank's results. Collective over comm; every rank throws when one fails or is asked to stop,
/// which a StopRequest of the caller remembers. \param models  of the batch; `nulls` are made from
/// them.
void scan_batch(ScanPlan const& plan, ScanUnits const& units, ScanModels const& models,
                ContigNulls& nulls, Range<UnitIndex> which, mpi::Communicator const& comm,
                UnitSink const& sink, ScanTally& tally, Progress& progress);

}  // namespace maniple

/// \file  The loop over blocks, ranks and threads.
#pragma once

#include <cstdint>
#include <functional>

#include "maniple/mpi/communicator.hpp"
#include "maniple/run/result_block.hpp"
#include "maniple/run/scan_plan.hpp"

namespace maniple {

/// Takes the results of each block, in the store's order: the block, its variants' names, its
/// results.
using ResultSink =
    std::function<void(ChosenBlock const&, std::span<Variant const>, ResultBlock const&)>;

/// Compute every block of the plan and hand the results to `sink` on the root.
///
/// Blocks are taken in rounds. Within a round each rank has a run of consecutive blocks, its
/// threads share them, and thread zero also reads the next round's and, on the root, delivers the
/// last one's: so memory does not grow with the number of variants, and the sink sees one order
/// whatever the ranks and threads. Collective over comm; every rank throws when one fails.
void scan_blocks(ScanPlan const& plan, mpi::Communicator const& comm, ResultSink const& sink);

}  // namespace maniple

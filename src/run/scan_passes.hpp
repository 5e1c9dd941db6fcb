/// \file  A scan between its plan and its files. Private to run.
#pragma once

#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/scan_output.hpp"
#include "maniple/run/scan_plan.hpp"
#include "maniple/run/scan_report.hpp"

namespace maniple {

/// One pass over the genotypes for each batch of traits, after those that an interrupted run has
/// left. Whatever ends it, what was found so far is sealed, for the next run. Collective.
/// \param plan  takes up the batches that are there. \param output  the root's; null elsewhere.
/// \return one summary a trait, in their order. \throws as scan_batch and ScanOutput.
std::vector<TraitSummary> scan_in_passes(ScanPlan& plan, ScanOutput* output,
                                         mpi::Communicator const& comm, Log& log);

}  // namespace maniple

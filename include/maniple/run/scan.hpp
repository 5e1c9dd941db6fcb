/// \file  maniple scan: association of traits with every variant.
#pragma once

#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/scan_plan.hpp"

namespace maniple {

/// Say what a scan would do and cost, on standard output, and stop. Collective over comm.
/// \throws as ScanPlan.
void plan_scan(ScanRequest const& request, mpi::Communicator const& comm, Log& log);

/// Scan, and leave results.h5, summary.tsv, run.json and log.txt in the run's folder. Their names
/// appear when they are complete. Equal inputs give equal bytes in results.h5 for any ranks and
/// threads. Of a shard: leave what a merge makes these of, and shard.done last. Collective over
/// comm. \throws as ScanPlan; UserError when the folder holds something already.
void run_scan(ScanRequest const& request, mpi::Communicator const& comm, Log& log);

}  // namespace maniple

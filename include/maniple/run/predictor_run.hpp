/// \file  maniple scan --whole-genome-only: predictors for scans to come, and for other programs.
#pragma once

#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/scan_plan.hpp"

namespace maniple {

/// Check the request and say who and what would take part. Collective over comm.
/// \pre request.whole_genome \throws as fit_whole_genome.
void plan_predictors(ScanRequest const& request, mpi::Communicator const& comm, Log& log);

/// Make predictors, and leave predictors.h5, summary.tsv, run.json and log.txt in the run's folder.
/// Equal inputs give equal bytes in predictors.h5 for any ranks and threads. Collective over comm.
/// \pre request.whole_genome \throws as fit_whole_genome; UserError when the folder holds something
/// already.
void run_predictors(ScanRequest const& request, mpi::Communicator const& comm, Log& log);

}  // namespace maniple

/// \file  maniple fit: polygenic scores from a cohort.
#pragma once

#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/fit_plan.hpp"

namespace maniple {

/// Say what a fit would do, and stop. Collective over comm. \throws as FitPlan.
void plan_fit(FitRequest const& request, mpi::Communicator const& comm, Log& log);

/// Fit, and leave models/<name>.h5 in the store and a report in the run's folder. Equal inputs give
/// equal bytes of the model for any ranks and threads, and after any number of interruptions: a
/// checkpoint lies beside the model until it is there. Collective over comm. \throws as FitPlan;
/// Error with ExitCode::stopped where it was asked to stop.
void run_fit(FitRequest const& request, mpi::Communicator const& comm, Log& log);

}  // namespace maniple

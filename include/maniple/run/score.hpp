/// \file  maniple score: polygenic scores of a cohort's samples.
#pragma once

#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/score_plan.hpp"

namespace maniple {

/// Compute every score in one pass over the genotypes. `request.run` gets scores.tsv, matches.tsv,
/// summary.tsv, run.json and log.txt; the store gets the table `request.table`.
/// Equal bytes of scores, matches, summary and table for any ranks, threads and instruction set.
/// Collective over comm. \throws UserError where the request cannot be met; Error with
/// ExitCode::stopped.
void run_score(ScoreRequest const& request, mpi::Communicator const& comm, Log& log);

/// Say what would be done, what it would read and hold in memory. Collective over comm.
void plan_score(ScoreRequest const& request, mpi::Communicator const& comm, Log& log);

}  // namespace maniple

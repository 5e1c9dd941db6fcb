/// \file  maniple evaluate --leave-one-out: how a score predicts where it has not been trained.
#pragma once

#include <string>

#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/evaluation_request.hpp"
#include "maniple/run/fit_plan.hpp"

namespace maniple {

struct LeaveOneOutRequest {
    std::string column;  ///< Whose levels are left out, one at a time; or "age:40/60" for bands.
    /// How each level is judged. Names no model and no table of scores.
    EvaluationRequest evaluation;
    /// How models are fitted to the others. A name: models stay in the store as NAME.LEVEL; none:
    /// they are removed in the end.
    FitRequest fit;
};

/// For each level: fit to everybody else, evaluate on the level's people, as `fit --remove` and
/// `evaluate --keep` would; then pool the levels. Writes evaluation.json, evaluation.tsv and
/// log.txt into the run's folder; the summary goes to standard output. Levels with small counts of
/// people are not told and only train, and so do people without a level. A run that was stopped
/// keeps what it has fitted in its folder and goes on from there. Equal bytes for any ranks and
/// threads. Collective over comm.
/// \throws UserError where no level can be judged; as run_fit and run_evaluation.
void run_leave_one_out(LeaveOneOutRequest const& request, mpi::Communicator const& comm, Log& log);

}  // namespace maniple

/// \file  maniple evaluate: how well a score predicts, on people it has not seen.
#pragma once

#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/evaluation_request.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

/// Evaluate a score and write evaluation.json, evaluation.tsv and log.txt into the run's folder;
/// the summary goes to standard output. Equal bytes for any ranks and threads. Collective over
/// comm. \throws UserError where samples were used in training, none are left, or the trait does
/// not fit
///         the model; whatever the store throws.
void run_evaluation(EvaluationRequest const& request, mpi::Communicator const& comm, Log& log);

/// Scores of everybody by the request's model: one column for each of its scores. Collective over
/// comm. \throws UserError; whatever the store throws.
Table compute_scores(EvaluationRequest const& request, mpi::Communicator const& comm, Log& log);

}  // namespace maniple

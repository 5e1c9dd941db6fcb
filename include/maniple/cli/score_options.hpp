/// \file  Options of commands that compute scores.
#pragma once

#include <boost/program_options.hpp>

#include "maniple/run/score_plan.hpp"

namespace maniple::cli {

/// --store, --model, --weights, --ambiguous, --min-match.
boost::program_options::options_description score_options();

/// What these say, and --keep and --remove. \throws UserError.
ScoreRequest score_request(boost::program_options::variables_map const& values);

}  // namespace maniple::cli

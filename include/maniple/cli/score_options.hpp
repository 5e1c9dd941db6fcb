/// \file  Options of commands that compute scores.
#pragma once

#include <optional>

#include <boost/program_options.hpp>

#include "maniple/run/score_plan.hpp"

namespace maniple::cli {

/// --store, --model, --weights, --ambiguous, --min-match.
boost::program_options::options_description score_options();

/// --ambiguous and --min-match alone, and what they say.
/// @{
struct MatchRules {
    std::optional<AmbiguousStrand> ambiguous;
    double least = 0;  ///< Share of a score's variants.
};
void add_match_options(boost::program_options::options_description& options);
/// \throws UserError.
MatchRules match_rules(boost::program_options::variables_map const& values);
/// @}

/// What these say, and --keep and --remove. \throws UserError.
ScoreRequest score_request(boost::program_options::variables_map const& values);

}  // namespace maniple::cli

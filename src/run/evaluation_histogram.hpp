/// \file  How predictions, or scores, of the people evaluated are distributed.
#pragma once

#include <optional>

#include "evaluation_cuts.hpp"
#include "maniple/run/evaluation_curves.hpp"

namespace maniple {

/// Everybody's histogram on a round grid of about 25 cells from the 1st to the 99th percentile; a
/// bound that would tell of few people, together with all that was told before, is left out.
/// Nothing: no bound may be told.
std::optional<PeopleHistogram> make_histogram(EvaluationData const& data, ToldCuts& told);

}  // namespace maniple

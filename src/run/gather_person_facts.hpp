/// \file  From scores and an evaluation to what a page about a person tells. Private to run.
#pragma once

#include <vector>

#include "explainer.hpp"
#include "maniple/core/log.hpp"
#include "maniple/run/explain.hpp"

namespace maniple {

/// One element per person explained, in their order. Scores of everybody in the store are computed
/// for their places in the population.
/// \throws UserError where the evaluation is of none of the scores, divides by columns that the
///         store has not, or columns of distances are none of numbers; whatever the store throws.
std::vector<PersonFacts> gather_person_facts(ExplainRequest const& request, ScorePlan const& plan,
                                             Explainer const& explained, GeneTable const& genes,
                                             Log& log);

}  // namespace maniple

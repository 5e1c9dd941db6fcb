/// \file  From scores and an evaluation to what a page about a person tells. Private to run.
#pragma once

#include <functional>

#include "explainer.hpp"
#include "maniple/core/log.hpp"
#include "maniple/run/explain.hpp"

namespace maniple {

/// Facts of each person explained, in their order and one at a time, so that pages of very many
/// people need no more memory than scores do. Scores of everybody in the store are computed for
/// their places in the population, and kept as the integers they are summed in (8 bytes x samples x
/// scores, as `maniple score` needs); all else of everybody is of one score at a time.
/// \param take  called once per person.
/// \throws UserError where the evaluation is of none of the scores, divides by columns that the
///         store has not, or columns of distances are none of numbers; whatever the store throws.
void gather_person_facts(ExplainRequest const& request, ScorePlan const& plan,
                         Explainer const& explained, GeneTable const& genes, Log& log,
                         std::function<void(PersonFacts const&)> const& take);

}  // namespace maniple

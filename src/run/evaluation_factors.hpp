/// \file  From --by to groups of people.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/run/column_choice.hpp"
#include "maniple/run/evaluation_data.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

/// One factor per word: a categorical or binary column, "column:cut/cut" for bands of a
/// quantitative one, or "sex" of the cohort's samples where no table has such a column. \param
/// people     whose levels are wanted, in this order. \param reference  a level of at least one of
/// them; empty: each factor's largest. \throws UserError naming what cannot be divided, and how.
std::vector<EvaluationFactor> make_factors(std::vector<std::string> const& words,
                                           std::string const& reference, Cohort const& cohort,
                                           StoreTables const& tables,
                                           std::span<SampleIndex const> people);

}  // namespace maniple

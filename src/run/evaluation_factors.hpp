/// \file  From --by to groups of people.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/run/column_choice.hpp"
#include "maniple/run/evaluation_data.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

/// What people are divided by.
struct FactorWords {
    std::string_view option;  ///< That the words come from: "--by".
    std::vector<std::string> words;
    std::string reference;  ///< A level of at least one; empty: each factor's largest.
};

/// One factor per word: a categorical or binary column, "column:cut/cut" for bands of a
/// quantitative one, or "sex" of the cohort's samples where no table has such a column.
/// \param people  whose levels are wanted, in this order.
/// \throws UserError naming what cannot be divided, and how.
std::vector<EvaluationFactor> make_factors(FactorWords const& asked, Cohort const& cohort,
                                           StoreTables const& tables,
                                           std::span<SampleIndex const> people);

}  // namespace maniple

/// \file  The trait that a score is judged by.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "maniple/run/column_choice.hpp"
#include "maniple/trait/score_description.hpp"

namespace maniple {

/// Columns of one outcome, one value per sample of the cohort; NaN = missing.
struct LoadedTrait {
    std::string name;  ///< As asked for; what was found where that was a pattern.
    Outcome outcome = Outcome::quantitative;
    std::vector<double> values;
    std::vector<double> events;  ///< Times to event alone.

    /// 1 of cases and events; the values themselves of quantitative traits.
    std::vector<double> const& classes() const { return events.empty() ? values : events; }
};

/// \param asked  a column, or "time:event". \param covariates  no trait may be one of them.
/// \throws UserError where it names no trait, several, or one that cannot be judged.
LoadedTrait load_trait(std::string const& asked, std::vector<ColumnReference> const& covariates,
                       StoreTables const& tables, std::int64_t samples);

}  // namespace maniple

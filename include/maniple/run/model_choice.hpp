/// \file  Which model a trait is regressed by.
#pragma once

#include <cstdint>

#include "maniple/run/column_choice.hpp"

namespace maniple {

/// What a trait is regressed by.
enum class TraitModel : std::uint8_t { linear, logistic, cox };

/// What people ask for, of all traits together.
enum class ModelChoice : std::uint8_t {
    by_type,   ///< Binary ones by logistic regression, times to event by Cox, others by linear.
    linear,    ///< All of them as the numbers they are.
    logistic,  ///< All of them must be binary.
};

/// "auto", "linear", "logistic".
char const* to_string(ModelChoice choice);

/// \throws UserError where the trait is not of the type that was asked for.
TraitModel choose_model(ModelChoice choice, ColumnReference const& trait);

/// \throws UserError where no other contig's genotypes can predict the trait: times to event.
void require_predictable(ColumnReference const& trait);

}  // namespace maniple

/// \file  Traits that no regression can be run for.
#pragma once

#include <optional>
#include <span>
#include <string>

#include "maniple/model/covariate_basis.hpp"

namespace maniple {

/// Why a trait cannot be tested, as "problem (why); what to do" after the trait's name: nobody has
/// it, it does not vary, too few samples, covariates explain it, its scale, or a code among its
/// values.
///
/// \param values     of the basis's samples, none missing.
/// \param residuals  what the basis leaves of them.
std::optional<std::string> find_problem(std::span<double const> values,
                                        std::span<double const> residuals,
                                        CovariateBasis const& made);

}  // namespace maniple

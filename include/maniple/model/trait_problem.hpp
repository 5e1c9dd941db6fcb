/// \file  Traits that no regression can be run for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace maniple {

/// Why a trait cannot be tested, as "problem (why); what to do" after the trait's name: nobody has
/// it, it does not vary, too few samples, covariates explain it, its scale, or a code among its
/// values.
///
/// \param values     of the samples analysed, none missing.
/// \param residuals  what covariates leave of them.
/// \param rank       columns of the covariates' basis, the intercept included.
std::optional<std::string> find_problem(std::span<double const> values,
                                        std::span<double const> residuals, std::int64_t rank);

}  // namespace maniple

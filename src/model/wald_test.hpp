// Full regressions of events on covariates and one genotype.
#pragma once

#include <cstdint>
#include <span>

#include "maniple/model/event_null.hpp"
#include "maniple/model/regression_design.hpp"

namespace maniple {

/// Logistic or Cox regression of a trait on its covariates and a genotype. Begins at the null
/// model, beside whose predictor the covariates' effects are free.
/// \param genotypes  one per sample of the cohort; NaN: takes no part.
RegressionFit fit_beside_covariates(EventNull const& null, EventTrait const& trait,
                                    std::span<double const> genotypes);

/// Memory that it takes. \param rank  of the trait's covariates, the intercept included.
std::int64_t wald_bytes(std::int64_t samples, std::int64_t rank);

}  // namespace maniple

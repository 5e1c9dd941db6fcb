/// \file  Intercept and covariates on some of the samples.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/linalg/orthonormal_basis.hpp"
#include "maniple/trait/covariates.hpp"

namespace maniple {

/// An orthonormal basis of the intercept (first) and the covariates.
struct CovariateBasis {
    std::vector<SampleIndex> samples;  ///< Its rows.
    OrthonormalBasis basis;
    std::vector<std::string> collinear;  ///< Covariates left out: those before them explain them.
};

/// \param covariates  one value per sample of the cohort; none missing for `samples`.
CovariateBasis make_basis(std::vector<SampleIndex> samples, std::span<Covariate const> covariates);

/// The values of some samples, in their order.
std::vector<double> gather(std::span<double const> values, std::span<SampleIndex const> samples);

/// One value per sample of the cohort: `some` for `samples`, 0 elsewhere.
std::vector<double> scatter(std::span<double const> some, std::span<SampleIndex const> samples,
                            std::int64_t all);

}  // namespace maniple

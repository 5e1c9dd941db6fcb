/// \file  Heritability from products of the relationship matrix with a trait and random signs.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace maniple {

/// Random signs (+1 or -1) of all samples of a cohort, the same for everybody who asks.
std::vector<double> random_signs(std::uint64_t seed, std::int64_t vector, std::int64_t samples);

/// A = P K P / variants applied to random signs: K and P as in model/ridge.hpp.
struct SignProducts {
    std::vector<double> signs;  ///< P z.
    std::vector<double> once;   ///< A z.
    std::vector<double> twice;  ///< A A z.
};

struct HeritabilityEstimate {
    double value = 0;  ///< Of the variance that covariates leave; may lie outside of [0, 1].
    double standard_error = 0;
};

/// Randomised Haseman-Elston regression (Wu and Sankararaman 2018, Bioinformatics 34): the
/// estimates at which y'Ay and y'y have their expectations under y ~ N(0, g A + e P), with traces
/// estimated from random signs. The standard error is that of normal y at the estimate, and of the
/// signs.
///
/// \param trait    P y. \param product  A y.
/// \param degrees  samples less columns of the covariates' basis.
/// \pre vectors are equally long, signs are not empty, degrees > 0
HeritabilityEstimate estimate_heritability(std::span<double const> trait,
                                           std::span<double const> product,
                                           std::span<SignProducts const> signs,
                                           std::int64_t degrees);

}  // namespace maniple

/// \file  Variance inflation: how collinear covariates are on some samples, beside a genotype.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/linalg/orthonormal_basis.hpp"

namespace maniple {

/// PLINK 2's limit for a regression worth reporting (its --vif).
constexpr double inflation_limit = 50;

/// Variance inflation of covariates on any samples, from Gram matrices alone.
///
/// The factor of covariate j is SS_j [(X'X)^-1]_jj, with SS_j its sum of squares about the mean and
/// X the intercept, the covariates and perhaps a genotype (Marquardt 1970, Technometrics 12).
class CovariateInflation {
public:
    CovariateInflation() = default;

    /// \param basis       intercept, then one column per covariate, in their order.
    /// \param covariates  the covariates that the basis was made of, on its rows.
    /// \pre   covariates.size() + 1 == basis.columns()
    CovariateInflation(OrthonormalBasis const& basis,
                       std::span<std::vector<double> const> covariates);

    /// Largest factor on the basis's own rows, without genotype; 1 without covariates.
    double largest() const { return largest_; }

    /// Largest factor of a covariate on samples where the basis, its first column ones, has a Gram
    /// matrix with this Cholesky factor, beside a genotype. \param projection  inverse(factor) Q'g.
    /// \param own         what covariates leave of g'g; infinity for no genotype.
    double largest(std::span<double const> factor, std::span<double const> projection,
                   double own) const;

    /// No factor exceeds this on samples that have the share `kept` or more of every direction of
    /// the basis, beside a genotype with a factor of its own.
    double bound(double kept, double genotype_inflation) const {
        return kept > 0 ? largest_ * genotype_inflation / kept : inflation_limit + 1;
    }

    std::int64_t rows() const { return rows_; }  ///< Of the basis.

private:
    std::int64_t rows_ = 1;
    std::size_t rank_ = 1;
    double largest_ = 1;
    std::vector<double> covariates_;  // rank x rank: row j, the coordinates of covariate j.
    std::vector<double> inverse_;     // rank x rank: row j of the inverse of the coordinates.
};

}  // namespace maniple

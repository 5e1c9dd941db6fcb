#include "maniple/model/inflation.hpp"

#include <algorithm>
#include <limits>

#include "maniple/core/contract.hpp"
#include "maniple/linalg/cholesky.hpp"

namespace maniple {

CovariateInflation::CovariateInflation(OrthonormalBasis const& basis,
                                       std::span<std::vector<double> const> covariates)
    : rows_{std::max<std::int64_t>(basis.rows(), 1)}, rank_{covariates.size() + 1} {
    expect(std::ssize(covariates) + 1 == basis.columns(), "one column per covariate");
    // Means are left out: neither sums of squares about them nor the factors depend on them.
    covariates_.assign(rank_ * rank_, 0.0);
    inverse_.assign(rank_ * rank_, 0.0);
    for (std::size_t j = 1; j < rank_; ++j) {
        for (std::size_t k = 1; k <= j; ++k) {
            covariates_[j * rank_ + k] =
                dot(basis.column(static_cast<std::int64_t>(k)), covariates[j - 1]);
        }
    }
    // inverse(R), R upper triangular with R(k, j) = covariates_(j, k), column by column.
    for (std::size_t c = 1; c < rank_; ++c) {
        for (std::size_t r = c; r >= 1; --r) {
            double sum = r == c ? 1 : 0;
            for (std::size_t k = r + 1; k <= c; ++k) {
                sum -= covariates_[k * rank_ + r] * inverse_[k * rank_ + c];
            }
            inverse_[r * rank_ + c] = sum / covariates_[r * rank_ + r];
        }
    }
    std::vector<double> unit;
    for (std::size_t r = 0; r < rank_; ++r) {
        unit.insert(unit.end(), r, 0.0);
        unit.push_back(1);
    }
    largest_ = largest(unit, std::vector<double>(rank_), std::numeric_limits<double>::infinity());
}

double CovariateInflation::largest(std::span<double const> factor,
                                   std::span<double const> projection, double own) const {
    expect(std::ssize(factor) == triangle_size(static_cast<std::int64_t>(rank_)),
           "a factor of the basis's Gram matrix");
    expect(projection.size() == rank_, "one projection per column");
    double largest = 1;
    std::vector<double> solved(rank_);
    for (std::size_t j = 1; j < rank_; ++j) {
        auto const* const coordinates = covariates_.data() + j * rank_;
        double squares = 0;
        for (std::size_t c = 1; c < rank_; ++c) {
            double sum = 0;
            for (std::size_t r = c; r <= j; ++r) {
                sum += factor[r * (r + 1) / 2 + c] * coordinates[r];
            }
            squares += sum * sum;
        }
        auto const row = inverse_.begin() + static_cast<std::ptrdiff_t>(j * rank_);
        std::copy(row, row + static_cast<std::ptrdiff_t>(rank_), solved.begin());
        solve_lower(factor, solved);
        double const slope = dot(solved, projection);
        largest = std::max(largest, squares * (dot(solved, solved) + slope * slope / own));
    }
    return largest;
}

}  // namespace maniple

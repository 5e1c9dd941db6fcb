// Intercept and covariates of a penalised model, fitted beside what genotypes predict.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/linalg/orthonormal_basis.hpp"
#include "outcome_loss.hpp"

namespace maniple {

/// A linear predictor and what the loss makes of it, on the samples that take part.
struct FittedPredictor {
    std::vector<double> coefficients;  ///< Of the basis' columns that are used.
    std::vector<double> predictor;
    std::vector<double> residuals;
    double loss = 0;
    /// Largest derivative of loss / samples by the coefficient of a basis column scaled to
    /// variance 1.
    double violation = 0;
    bool has_converged = false;
};

/// Newton's method on the coefficients of a basis' columns from `first` on, genotypes' share
/// `offset` of the predictor being fixed; starts at `fitted.coefficients`. Steps that raise the
/// loss are halved.
void fit_unpenalised(OutcomeLoss& loss, OrthonormalBasis const& basis, std::int64_t first,
                     std::span<double const> offset, FittedPredictor& fitted);

}  // namespace maniple

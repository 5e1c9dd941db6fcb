// What a penalised model minimises besides its penalty: a function of the linear predictor.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "maniple/linalg/orthonormal_basis.hpp"
#include "maniple/trait/score_description.hpp"

namespace maniple {

/// Loss of one trait on its own samples, in their order. Convex in the predictor.
class OutcomeLoss {
public:
    OutcomeLoss() = default;
    OutcomeLoss(OutcomeLoss const&) = delete;
    OutcomeLoss& operator=(OutcomeLoss const&) = delete;
    virtual ~OutcomeLoss() = default;

    /// The loss, and residuals: minus its derivatives by each sample's predictor.
    /// Predictors may be so large that neither is finite.
    virtual double evaluate(std::span<double const> predictor, std::span<double> residuals) = 0;

    /// Second derivatives by the predictor at the last `evaluate`: diag(weights) - U U', or little
    /// more than that. Weights are at least 0.
    virtual void curvature(std::span<double> weights) const = 0;

    /// Columns of U.
    virtual std::vector<std::vector<double>> shared_curvature() const { return {}; }

    /// Second derivatives by coefficients of the basis' columns from `first` on, at the last
    /// `evaluate`: a triangle of linalg/cholesky.hpp.
    virtual std::vector<double> curvature_along(OrthonormalBasis const& basis,
                                                std::int64_t first) const = 0;

    /// Does curvature stay what it is wherever the predictor goes?
    virtual bool is_quadratic() const { return false; }
};

/// Half the sum of squares of values less predictor.
std::unique_ptr<OutcomeLoss> squares_loss(std::vector<double> values);

/// Minus the log likelihood of cases (1) and controls (0), the predictor being log odds.
std::unique_ptr<OutcomeLoss> logistic_loss(std::vector<double> cases);

/// Minus Cox's log partial likelihood with Breslow's ties, the predictor being the log hazard.
/// Its second derivatives are diag(risk x cumulative hazard) - sum over event times of events x
/// r r', r being each sample's share in the risk at that time; U has r for runs of event times.
std::unique_ptr<OutcomeLoss> hazard_loss(std::vector<double> times, std::vector<double> events);

/// Breslow's cumulative baseline hazard at the log hazards `predictor`.
BaselineHazard breslow_hazard(std::span<double const> times, std::span<double const> events,
                              std::span<double const> predictor);

/// Sum of a * b, in an order that lets eight additions overlap.
double fast_dot(std::span<double const> a, std::span<double const> b);

/// Triangle of sums of weights * q_i * q_j over samples.
std::vector<double> weighted_gram(std::span<double const> weights, OrthonormalBasis const& basis,
                                  std::int64_t first);

}  // namespace maniple

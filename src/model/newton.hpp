/// \file  Newton's method for the concave likelihoods of small regressions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "maniple/linalg/semidefinite_solver.hpp"
#include "maniple/model/regression_design.hpp"

namespace maniple {

/// A log likelihood and its derivatives at one point.
struct Likelihood {
    double value = 0;
    double largest_predictor = 0;  ///< |linear predictor|, of any sample.
    std::vector<double> gradient;
    std::vector<double> information;  ///< Triangle: minus the second derivatives.
};

struct NewtonResult {
    FitStatus status = FitStatus::ok;
    std::vector<double> parameters;
    double value = 0;
    std::int64_t iterations = 0;
    std::vector<double> last_step;  ///< That was solved for, whole; empty: none was.
    std::optional<SemidefiniteSolver> information;  ///< At the optimum.
};

/// Maximise by Newton steps that are halved until the likelihood does not fall. Parameters that the
/// information at the start shows to be determined by those before them stay as they are (0).
NewtonResult maximize(std::function<Likelihood(std::span<double const>)> const& likelihood,
                      std::vector<double> start, std::int64_t most_iterations = 30);

/// Is parameter 0 the intercept?
enum class Intercept { present, absent };

/// Back from standardised columns to those that were given. \param variance  of residuals, else 1
void fill_coefficients(RegressionFit& fit, RegressionDesign const& design,
                       std::span<double const> parameters, SemidefiniteSolver const& information,
                       Intercept intercept, double variance);

}  // namespace maniple

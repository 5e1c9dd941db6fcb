#include "newton.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace maniple {
namespace {

constexpr double collinear = 1e-11;
constexpr double singular = 1e-14;
constexpr double far_predictor = 15;  // Risks of 3e-7: nothing but a separation goes on from there.

// Zero what is left out, so that the solver leaves it out again at any other point.
void leave_out(Likelihood& point, std::vector<bool> const& left_out) {
    for (std::size_t r = 0; r < left_out.size(); ++r) {
        auto* const row = point.information.data() + r * (r + 1) / 2;
        for (std::size_t c = 0; c <= r; ++c) {
            if (left_out[r] || left_out[c]) row[c] = 0;
        }
        if (left_out[r]) point.gradient[r] = 0;
    }
}

FitStatus judge_failure(Likelihood const& point) {
    return point.largest_predictor > far_predictor ? FitStatus::separated
                                                   : FitStatus::not_converged;
}

}  // namespace

NewtonResult maximize(std::function<Likelihood(std::span<double const>)> const& likelihood,
                      std::vector<double> start, std::int64_t most_iterations) {
    constexpr int most_halvings = 30;
    constexpr double converged = 1e-18;  // Of the squared step in units of standard errors.
    NewtonResult result{.parameters = std::move(start)};
    auto const rows = std::ssize(result.parameters);
    auto point = likelihood(result.parameters);
    SemidefiniteSolver const first{point.information, rows, collinear};
    std::vector<bool> left_out;
    for (std::int64_t r = 0; r < rows; ++r) left_out.push_back(first.is_left_out(r));
    while (true) {
        leave_out(point, left_out);
        SemidefiniteSolver solver{point.information, rows, singular};
        if (solver.rank() != first.rank()) {
            result.status = FitStatus::separated;
            return result;
        }
        auto step = point.gradient;
        solver.solve(step);
        result.last_step = step;
        double decrement = 0;
        for (std::size_t r = 0; r < step.size(); ++r) decrement += step[r] * point.gradient[r];
        if (decrement < converged) {
            for (std::size_t r = 0; r < step.size(); ++r) result.parameters[r] += step[r];
            result.value = point.value;
            result.information.emplace(std::move(solver));
            return result;
        }
        if (result.iterations++ == most_iterations || !std::isfinite(decrement)) {
            result.status = judge_failure(point);
            return result;
        }
        auto const before = result.parameters;
        double share = 1;
        // Near the optimum the value moves by less than its rounding.
        auto const least = point.value - 1e-12 * (1 + std::abs(point.value));
        for (int halvings = 0;; ++halvings, share /= 2) {
            for (std::size_t r = 0; r < step.size(); ++r) {
                result.parameters[r] = before[r] + share * step[r];
            }
            point = likelihood(result.parameters);
            if (point.value >= least || halvings == most_halvings) break;
        }
    }
}

void fill_coefficients(RegressionFit& fit, RegressionDesign const& design,
                       std::span<double const> parameters, SemidefiniteSolver const& information,
                       Intercept intercept, double variance) {
    auto const own = intercept == Intercept::present ? std::size_t{1} : std::size_t{0};
    std::vector<double> weights(parameters.size());
    fit.coefficients.clear();
    for (std::size_t c = 0; c < design.means().size(); ++c) {
        auto const row = c + own;
        if (information.is_left_out(static_cast<std::int64_t>(row))) {
            fit.coefficients.push_back({0, std::numeric_limits<double>::quiet_NaN()});
            continue;
        }
        auto const scale = design.scales()[c];
        std::ranges::fill(weights, 0);
        weights[row] = 1;
        // The square of a scale may be no number where the scale is one.
        auto const error = std::sqrt(variance * information.inverse_form(weights));
        fit.coefficients.push_back({parameters[row] / scale, error / scale});
    }
    fit.rank = information.rank();
    fit.standardised.assign(parameters.begin(), parameters.end());
    if (intercept == Intercept::absent) {
        fit.standardised.insert(fit.standardised.begin(), 0);
        return;
    }
    // The given columns' intercept is a sum over the standardised ones.
    weights[0] = 1;
    for (std::size_t c = 0; c < design.means().size(); ++c) {
        weights[c + 1] = -design.means()[c] / design.scales()[c];
    }
    double value = 0;
    for (std::size_t r = 0; r < weights.size(); ++r) value += weights[r] * parameters[r];
    fit.intercept = {value, std::sqrt(variance * information.inverse_form(weights))};
}

}  // namespace maniple

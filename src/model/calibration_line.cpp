#include "maniple/model/calibration_line.hpp"

#include <cmath>
#include <vector>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/model/linear_regression.hpp"
#include "maniple/model/logistic_regression.hpp"
#include "maniple/stats/spread.hpp"
#include "maniple/stats/student_t.hpp"
#include "newton.hpp"

namespace maniple {
namespace {

// What one person adds, given the linear predictor.
struct PersonTerm {
    double value = 0;
    double residual = 0;  // Observed less expected.
    double weight = 0;    // Variance of the observed.
};

PersonTerm logistic_term(double predictor, bool is_case) {
    auto const expected = logistic(predictor);
    auto const distance = std::abs(predictor);
    auto const log_likelihood = (is_case ? predictor : 0) - std::fmax(predictor, 0) -
                                portable_log1p(portable_exp(-distance));
    return {log_likelihood, (is_case ? 1 : 0) - expected, expected * (1 - expected)};
}

PersonTerm poisson_term(double predictor, double hazard, bool is_event) {
    auto const expected = hazard * portable_exp(predictor);
    return {(is_event ? predictor : 0) - expected, (is_event ? 1 : 0) - expected, expected};
}

// Of level and slope, with standardised predictions: their squares are numbers in any unit.
Likelihood sum_terms(EvaluatedPeople const& people, std::span<double const> hazards,
                     Spread const& spread, std::span<double const> parameters) {
    Likelihood sum{.value = 0,
                   .largest_predictor = 0,
                   .gradient = std::vector<double>(2),
                   .information = std::vector<double>(3)};
    for (std::size_t s = 0; s < people.prediction.size(); ++s) {
        auto const x = (people.prediction[s] - spread.mean) / spread.standard_deviation;
        auto const predictor = parameters[0] + parameters[1] * x;
        bool const is_case = people.is_case[s] != 0;
        auto const term = hazards.empty() ? logistic_term(predictor, is_case)
                                          : poisson_term(predictor, hazards[s], is_case);
        sum.value += term.value;
        sum.largest_predictor = std::fmax(sum.largest_predictor, std::abs(predictor));
        sum.gradient[0] += term.residual;
        sum.gradient[1] += term.residual * x;
        sum.information[0] += term.weight;
        sum.information[1] += term.weight * x;
        sum.information[2] += term.weight * x * x;
    }
    return sum;
}

// The inverse of a triangle of information, in the unit of predictions.
void invert(CalibrationLine& line, std::span<double const> information, double unit) {
    auto const determinant = information[0] * information[2] - information[1] * information[1];
    line.level_variance = information[2] / determinant;
    line.covariance = -information[1] / determinant / unit;
    line.slope_variance = information[0] / determinant / unit / unit;
}

void fit_counts(CalibrationLine& line, EvaluatedPeople const& people,
                std::span<double const> hazards, Spread const& spread) {
    auto const cases = people.cases();
    if (cases == 0 || (hazards.empty() && cases == people.size())) {
        line.status = FitStatus::one_class;
        return;
    }
    auto const likelihood = [&](std::span<double const> parameters) {
        return sum_terms(people, hazards, spread, parameters);
    };
    double expected = 0;
    for (auto hazard : hazards) expected += hazard;
    auto const start = hazards.empty() ? 0 : portable_log(static_cast<double>(cases) / expected);
    if (!std::isfinite(start)) {
        line.status = FitStatus::not_converged;
        return;
    }
    auto const found = maximize(likelihood, {start, 0});
    line.status = found.status;
    if (found.status != FitStatus::ok) return;
    line.level = found.parameters[0];
    line.slope = found.parameters[1] / spread.standard_deviation;
    invert(line, likelihood(found.parameters).information, spread.standard_deviation);
}

void fit_values(CalibrationLine& line, EvaluatedPeople const& people) {
    auto const fit =
        fit_linear(RegressionDesign{people.size(), {people.prediction}}, people.values);
    line.status = fit.status;
    if (fit.status != FitStatus::ok) return;
    auto const size = static_cast<double>(people.size());
    line.slope = fit.coefficients[0].value;
    line.level = fit.intercept.value + line.slope * line.centre;
    line.residual_variance = fit.residual_squares / fit.degrees_of_freedom;
    line.degrees_of_freedom = fit.degrees_of_freedom;
    line.level_variance = line.residual_variance / size;
    line.covariance = 0;
    line.slope_variance = fit.coefficients[0].standard_error * fit.coefficients[0].standard_error;
}

}  // namespace

CalibrationLine fit_calibration_line(EvaluatedPeople const& people,
                                     std::span<double const> hazards) {
    bool const timed = people.outcome == Outcome::time_to_event;
    expect(!people.prediction.empty(), "there are predictions of people");
    expect(std::ssize(hazards) == (timed ? people.size() : 0), "times to events have hazards");

    auto const spread = spread_of(people.prediction);
    CalibrationLine line{.centre = spread.mean, .samples = people.size()};
    if (spread.is_constant || people.size() < 3) {
        line.status = FitStatus::too_few_samples;
        return line;
    }
    if (people.outcome == Outcome::quantitative) {
        fit_values(line, people);
    } else {
        fit_counts(line, people, hazards, spread);
    }
    bool const is_sure = std::isfinite(line.level) && std::isfinite(line.level_variance) &&
                         std::isfinite(line.slope_variance);
    if (line.status == FitStatus::ok && !is_sure) line.status = FitStatus::not_converged;
    return line;
}

Proportion line_at(CalibrationLine const& line, double prediction) {
    constexpr auto unknown = CalibrationLine::unknown;
    if (line.status != FitStatus::ok) return {unknown, unknown, unknown};
    auto const distance = prediction - line.centre;
    auto const variance = line.level_variance + 2 * line.covariance * distance +
                          line.slope_variance * distance * distance;
    auto const quantile =
        std::isnan(line.degrees_of_freedom) ? normal_95() : student_t_95(line.degrees_of_freedom);
    auto const half = quantile * std::sqrt(std::fmax(variance, 0));
    auto const value = line.level + line.slope * distance;
    return {value, value - half, value + half};
}

}  // namespace maniple

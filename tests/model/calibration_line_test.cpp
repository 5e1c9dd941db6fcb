#include "maniple/model/calibration_line.hpp"

#include <array>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

EvaluatedPeople people_of(Outcome outcome, std::size_t count) {
    EvaluatedPeople people{.outcome = outcome};
    for (std::uint64_t s = 0; s < count; ++s) {
        RandomStream random{11, Purpose::testing, s};
        auto const x = 3 * random.uniform() - 4;
        people.score.push_back(x);
        people.prediction.push_back(x);
        auto const risk = 1 / (1 + std::exp(-(0.3 + 0.7 * x)));
        people.is_case.push_back(random.uniform() < risk ? 1 : 0);
        people.values.push_back(5 * random.uniform() + x);
    }
    return people;
}

struct Line {
    double intercept = 0;
    double slope = 0;
    std::array<double, 3> covariance{};  // Of intercept and slope at prediction 0.
};

// Iterated by hand with the design (1, x); weights and residuals are those of the outcome.
template <class Expected, class Weight>
Line solve_naively(EvaluatedPeople const& people, Expected const& expected, Weight const& weight) {
    Line line;
    for (int step = 0; step < 60; ++step) {
        double a = 0;
        double b = 0;
        double c = 0;
        double u = 0;
        double v = 0;
        for (std::size_t s = 0; s < people.prediction.size(); ++s) {
            auto const x = people.prediction[s];
            auto const eta = line.intercept + line.slope * x;
            auto const w = weight(s, eta);
            auto const r = people.is_case[s] - expected(s, eta);
            a += w;
            b += w * x;
            c += w * x * x;
            u += r;
            v += r * x;
        }
        auto const determinant = a * c - b * b;
        line.intercept += (c * u - b * v) / determinant;
        line.slope += (a * v - b * u) / determinant;
        line.covariance = {c / determinant, -b / determinant, a / determinant};
    }
    return line;
}

void compare(CalibrationLine const& found, Line const& expected) {
    REQUIRE(found.status == FitStatus::ok);
    for (double x : {-4.0, -2.0, 0.0, 1.5}) {
        auto const value = expected.intercept + expected.slope * x;
        auto const error = std::sqrt(expected.covariance[0] + 2 * x * expected.covariance[1] +
                                     x * x * expected.covariance[2]);
        auto const at = line_at(found, x);
        CHECK(at.value == Approx(value).epsilon(1e-8));
        CHECK(at.lower == Approx(value - 1.959963984540054 * error).epsilon(1e-7));
        CHECK(at.upper == Approx(value + 1.959963984540054 * error).epsilon(1e-7));
    }
}

TEST_CASE("fit_calibration_line: logistic regression and its covariance, written out", "[model]") {
    auto const people = people_of(Outcome::binary, 400);
    auto const risk = [](std::size_t, double eta) { return 1 / (1 + std::exp(-eta)); };
    compare(fit_calibration_line(people, {}),
            solve_naively(people, risk, [&](std::size_t s, double eta) {
                return risk(s, eta) * (1 - risk(s, eta));
            }));
}

TEST_CASE("fit_calibration_line: Poisson regression with known hazards", "[model]") {
    auto const people = people_of(Outcome::time_to_event, 400);
    std::vector<double> hazards;
    for (auto time : people.values) hazards.push_back(0.2 + 0.01 * time * time);
    auto const mean = [&](std::size_t s, double eta) { return hazards[s] * std::exp(eta); };
    compare(fit_calibration_line(people, hazards), solve_naively(people, mean, mean));
}

TEST_CASE("fit_calibration_line: a line of values, with Student's interval", "[model]") {
    auto const people = people_of(Outcome::quantitative, 5);
    auto const line = fit_calibration_line(people, {});
    REQUIRE(line.status == FitStatus::ok);
    double x_mean = 0;
    double y_mean = 0;
    for (std::size_t s = 0; s < 5; ++s) {
        x_mean += people.prediction[s] / 5;
        y_mean += people.values[s] / 5;
    }
    double xx = 0;
    double xy = 0;
    double yy = 0;
    for (std::size_t s = 0; s < 5; ++s) {
        xx += std::pow(people.prediction[s] - x_mean, 2);
        xy += (people.prediction[s] - x_mean) * (people.values[s] - y_mean);
        yy += std::pow(people.values[s] - y_mean, 2);
    }
    auto const variance = (yy - xy * xy / xx) / 3;
    auto const half = 3.182446305 * std::sqrt(variance * (1.0 / 5 + std::pow(-1 - x_mean, 2) / xx));
    auto const at = line_at(line, -1);
    CHECK(at.value == Approx(y_mean + xy / xx * (-1 - x_mean)));
    CHECK(at.upper - at.value == Approx(half));
    CHECK(line.residual_variance == Approx(variance));
}

TEST_CASE("fit_calibration_line: units of any size, and people of whom there is no line",
          "[model]") {
    auto people = people_of(Outcome::binary, 200);
    auto const plain = line_at(fit_calibration_line(people, {}), -2);
    for (auto& x : people.prediction) x *= 1e100;
    CHECK(line_at(fit_calibration_line(people, {}), -2e100).lower == Approx(plain.lower));
    for (auto& own : people.is_case) own = 0;
    CHECK(fit_calibration_line(people, {}).status == FitStatus::one_class);
    CHECK(std::isnan(line_at(fit_calibration_line(people, {}), 0).value));
    for (auto& x : people.prediction) x = 2;
    CHECK(fit_calibration_line(people, {}).status == FitStatus::too_few_samples);
    CHECK_THROWS_AS(fit_calibration_line(people, std::vector<double>{1}), ContractViolation);
    people.prediction.clear();
    CHECK_THROWS_AS(fit_calibration_line(people, {}), ContractViolation);
}

}  // namespace
}  // namespace maniple

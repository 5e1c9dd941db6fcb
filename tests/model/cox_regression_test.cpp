#include "maniple/model/cox_regression.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "model/random_people.hpp"

namespace maniple {
namespace {

// The partial likelihood by its definition, everyone compared with everyone.
double naive_likelihood(test::People const& people, double a, double b, TiedEvents ties) {
    auto const hazard = [&](std::size_t i) {
        return std::exp(a * (people.a[i] - 50) + b * people.b[i]);
    };
    double value = 0;
    std::vector<bool> done(people.a.size());
    for (std::size_t i = 0; i < people.a.size(); ++i) {
        if (people.is_case[i] == 0 || done[i]) continue;
        double at_risk = 0, dying = 0, deaths = 0;
        for (std::size_t j = 0; j < people.a.size(); ++j) {
            if (people.time[j] >= people.time[i]) at_risk += hazard(j);
            if (people.time[j] != people.time[i] || people.is_case[j] == 0) continue;
            done[j] = true;
            dying += hazard(j);
            value += std::log(hazard(j));
            ++deaths;
        }
        for (double l = 0; l < deaths; ++l) {
            value -= std::log(at_risk - (ties == TiedEvents::efron ? l / deaths * dying : 0));
        }
    }
    return value;
}

void check_optimum(test::People const& people, RegressionFit const& fit, TiedEvents ties) {
    REQUIRE(fit.status == FitStatus::ok);
    auto const a = fit.coefficients[0].value;
    auto const b = fit.coefficients[1].value;
    auto const value = [&](double da, double db) {
        return naive_likelihood(people, a + da, b + db, ties);
    };
    CHECK(fit.log_likelihood == Approx(value(0, 0)).epsilon(1e-11));
    CHECK(fit.null_log_likelihood == Approx(value(-a, -b)).epsilon(1e-11));
    double const h = 1e-3, k = 1e-2;
    CHECK((value(h, 0) - value(-h, 0)) / (2 * h) == Approx(0).margin(2e-2));
    CHECK((value(0, k) - value(0, -k)) / (2 * k) == Approx(0).margin(2e-3));
    auto const aa = -(value(h, 0) - 2 * value(0, 0) + value(-h, 0)) / (h * h);
    auto const bb = -(value(0, k) - 2 * value(0, 0) + value(0, -k)) / (k * k);
    auto const ab = -(value(h, k) - value(h, -k) - value(-h, k) + value(-h, -k)) / (4 * h * k);
    auto const determinant = aa * bb - ab * ab;
    CHECK(fit.coefficients[0].standard_error == Approx(std::sqrt(bb / determinant)).epsilon(1e-3));
    CHECK(fit.coefficients[1].standard_error == Approx(std::sqrt(aa / determinant)).epsilon(1e-3));
}

TEST_CASE("fit_cox: maximum and curvature of the partial likelihood", "[model]") {
    for (auto ties : {TiedEvents::efron, TiedEvents::breslow}) {
        for (int size : {40, 150}) {
            auto const people = test::make_people(static_cast<std::uint64_t>(size), size);
            auto const fit = fit_cox({size, people.columns()}, PredictorOrder{people.time},
                                     people.is_case, {.ties = ties});
            check_optimum(people, fit, ties);
        }
    }
}

TEST_CASE("fit_cox: two groups without ties have the score equation's root", "[model]") {
    // Events of x = 1, 0, 1 at risk sets {2 of 1, 2 of 0}, {1, 2}, {1, 1}; then a censoring.
    std::vector<double> const x{1, 0, 1, 0};
    std::vector<double> const time{1, 2, 3, 4};
    std::vector<std::uint8_t> const event{1, 1, 1, 0};
    auto const fit = fit_cox({4, {x}}, PredictorOrder{time}, event);
    REQUIRE(fit.status == FitStatus::ok);
    auto const r = std::exp(fit.coefficients[0].value);
    CHECK(2 - 2 * r / (2 * r + 2) - r / (r + 2) - r / (r + 1) == Approx(0).margin(1e-12));
}

TEST_CASE("fit_cox: multiplicities repeat samples, a start changes nothing", "[model]") {
    for (auto ties : {TiedEvents::efron, TiedEvents::breslow}) {
        auto const few = test::make_people(21, 80);
        auto const many = test::expand(few);
        RegressionDesign const design{few.size(), few.columns()};
        PredictorOrder const by_time{few.time};
        auto const found =
            fit_cox(design, by_time, few.is_case, {.ties = ties, .times = few.times});
        auto const right = fit_cox({many.size(), many.columns()}, PredictorOrder{many.time},
                                   many.is_case, {.ties = ties});
        auto const start = fit_cox(design, by_time, few.is_case, {.ties = ties}).standardised;
        auto const warm = fit_cox(design, by_time, few.is_case,
                                  {.ties = ties, .times = few.times, .start = start});
        for (std::size_t c = 0; c < 2; ++c) {
            CHECK(found.coefficients[c].value == Approx(right.coefficients[c].value).epsilon(1e-9));
            CHECK(warm.coefficients[c].value == Approx(right.coefficients[c].value).epsilon(1e-9));
            CHECK(found.coefficients[c].standard_error ==
                  Approx(right.coefficients[c].standard_error).epsilon(1e-9));
        }
        CHECK(found.log_likelihood == Approx(right.log_likelihood).epsilon(1e-11));
    }
}

TEST_CASE("fit_cox: an offset takes the place of a column with its coefficient", "[model]") {
    auto const people = test::make_people(23, 90);
    PredictorOrder const by_time{people.time};
    auto const both = fit_cox({90, people.columns()}, by_time, people.is_case);
    std::vector<double> offset;
    for (auto x : people.a) offset.push_back(300 + both.coefficients[0].value * x);
    auto const one = fit_cox({90, {people.b}}, by_time, people.is_case, {.offset = offset});
    REQUIRE(one.status == FitStatus::ok);
    CHECK(one.coefficients[0].value == Approx(both.coefficients[1].value).epsilon(1e-9));
    CHECK(one.log_likelihood == Approx(both.log_likelihood).epsilon(1e-11));
    CHECK(one.null_log_likelihood < one.log_likelihood);
    auto const line = fit_cox({90, people.columns()}, by_time, people.is_case, {.offset = offset});
    CHECK(line.coefficients[0].value == Approx(0).margin(1e-10));
    CHECK_THROWS_AS(
        fit_cox({90, {people.b}}, by_time, people.is_case, {.offset = std::span{offset}.first(3)}),
        ContractViolation);
}

TEST_CASE("fit_cox: no events, separation, huge values, contracts", "[model]") {
    auto const people = test::make_people(22, 50);
    PredictorOrder const by_time{people.time};
    std::vector<std::uint8_t> const none(50);
    CHECK(fit_cox({50, people.columns()}, by_time, none).status == FitStatus::one_class);
    std::vector<double> early;
    for (auto t : people.time) early.push_back(-t);
    std::vector<std::uint8_t> const all(50, 1);
    CHECK(fit_cox({50, {early}}, by_time, all).status == FitStatus::separated);
    auto huge = people.a;
    for (auto& x : huge) x = 1e6 + 1e4 * x;
    auto const plain = fit_cox({50, {people.a}}, by_time, people.is_case);
    auto const scaled = fit_cox({50, {huge}}, by_time, people.is_case);
    CHECK(scaled.coefficients[0].value == Approx(plain.coefficients[0].value / 1e4));
    CHECK(fit_cox({50, {}}, by_time, people.is_case).status == FitStatus::ok);
    CHECK_THROWS_AS(fit_cox({50, {}}, by_time, std::span{none}.first(2)), ContractViolation);
    CHECK_THROWS_AS(fit_cox({0, {}}, by_time, none), ContractViolation);
}

}  // namespace
}  // namespace maniple

#include "maniple/model/linear_regression.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "model/random_people.hpp"

namespace maniple {
namespace {

TEST_CASE("fit_linear: one column has the textbook's slope and errors", "[model]") {
    auto const people = test::make_people(1, 37);
    RegressionDesign const design{people.size(), {people.a}};
    auto const fit = fit_linear(design, people.trait);
    double const n = 37;
    double sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
    for (std::size_t i = 0; i < 37; ++i) {
        sx += people.a[i] / n;
        sy += people.trait[i] / n;
    }
    for (std::size_t i = 0; i < 37; ++i) {
        sxx += std::pow(people.a[i] - sx, 2);
        sxy += (people.a[i] - sx) * (people.trait[i] - sy);
        syy += std::pow(people.trait[i] - sy, 2);
    }
    auto const slope = sxy / sxx;
    auto const variance = (syy - slope * sxy) / (n - 2);
    CHECK(fit.coefficients[0].value == Approx(slope).epsilon(1e-12));
    CHECK(fit.coefficients[0].standard_error == Approx(std::sqrt(variance / sxx)).epsilon(1e-12));
    CHECK(fit.intercept.value == Approx(sy - slope * sx).epsilon(1e-12));
    CHECK(fit.intercept.standard_error ==
          Approx(std::sqrt(variance * (1 / n + sx * sx / sxx))).epsilon(1e-12));
    CHECK(r_squared(fit) == Approx(sxy * sxy / sxx / syy).epsilon(1e-12));
    CHECK(fit.degrees_of_freedom == 35);
}

TEST_CASE("fit_linear: residuals are orthogonal to all columns", "[model]") {
    auto const people = test::make_people(2, 80);
    RegressionDesign const design{people.size(), people.columns()};
    auto const fit = fit_linear(design, people.trait);
    auto const fitted = linear_predictor(design, fit);
    double one = 0, a = 0, b = 0;
    for (std::size_t i = 0; i < 80; ++i) {
        auto const residual = people.trait[i] - fitted[i];
        CHECK(fitted[i] == Approx(fit.intercept.value + fit.coefficients[0].value * people.a[i] +
                                  fit.coefficients[1].value * people.b[i]));
        one += residual;
        a += residual * people.a[i];
        b += residual * people.b[i];
    }
    CHECK(one == Approx(0).margin(1e-11));
    CHECK(a == Approx(0).margin(1e-9));
    CHECK(b == Approx(0).margin(1e-11));
}

TEST_CASE("fit_linear: multiplicities repeat samples", "[model]") {
    auto const few = test::make_people(3, 60);
    auto const many = test::expand(few);
    auto const found = fit_linear({few.size(), few.columns()}, few.trait, few.times);
    auto const right = fit_linear({many.size(), many.columns()}, many.trait);
    CHECK(r_squared(found) == Approx(r_squared(right)).epsilon(1e-12));
    for (std::size_t c = 0; c < 2; ++c) {
        CHECK(found.coefficients[c].value == Approx(right.coefficients[c].value).epsilon(1e-11));
        CHECK(found.coefficients[c].standard_error ==
              Approx(right.coefficients[c].standard_error).epsilon(1e-11));
    }
}

TEST_CASE("fit_linear: constant and collinear columns change nothing", "[model]") {
    auto const people = test::make_people(4, 50);
    std::vector<double> constant(50, 0.1);
    std::vector<double> zero(50, 0.0);
    std::vector<double> sum(50);
    for (std::size_t i = 0; i < 50; ++i) sum[i] = 3 * people.a[i] - 2 * people.b[i] + 1;
    auto const right = fit_linear({50, people.columns()}, people.trait);
    auto const found = fit_linear({50, {constant, people.a, zero, people.b, sum}}, people.trait);
    CHECK(found.rank == 3);
    CHECK(r_squared(found) == Approx(r_squared(right)).epsilon(1e-12));
    CHECK(found.coefficients[1].value == Approx(right.coefficients[0].value).epsilon(1e-10));
    for (std::size_t c : {0U, 2U, 4U}) {
        CHECK(found.coefficients[c].value == 0);
        CHECK(std::isnan(found.coefficients[c].standard_error));
    }
}

TEST_CASE("fit_linear: too few samples, constant response, contracts", "[model]") {
    auto const people = test::make_people(5, 3);
    std::vector<double> const response{2, 5, 3};
    CHECK(fit_linear({3, {people.a, people.trait}}, response).status == FitStatus::too_few_samples);
    std::vector<double> const constant{2, 2, 2};
    CHECK(std::isnan(r_squared(fit_linear({3, {people.a}}, constant))));
    CHECK(std::isnan(r_squared(fit_linear({0, {}}, {}))));
    CHECK_THROWS_AS(fit_linear({3, people.columns()}, std::span{constant}.first(2)),
                    ContractViolation);
    CHECK_THROWS_AS((RegressionDesign{2, people.columns()}), ContractViolation);
}

}  // namespace
}  // namespace maniple

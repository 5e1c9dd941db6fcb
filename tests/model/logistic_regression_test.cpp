#include "maniple/model/logistic_regression.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "model/random_people.hpp"

namespace maniple {
namespace {

TEST_CASE("fit_logistic: a 2 x 2 table has its odds ratio", "[model]") {
    std::vector<double> exposed;
    std::vector<std::uint8_t> is_case;
    double const table[2][2] = {{40, 13}, {25, 31}};  // [exposed][case]
    for (int e = 0; e < 2; ++e) {
        for (int c = 0; c < 2; ++c) {
            for (int i = 0; i < table[e][c]; ++i) {
                exposed.push_back(e);
                is_case.push_back(static_cast<std::uint8_t>(c));
            }
        }
    }
    auto const fit = fit_logistic({std::ssize(exposed), {exposed}}, is_case);
    REQUIRE(fit.status == FitStatus::ok);
    CHECK(fit.coefficients[0].value == Approx(std::log(40.0 * 31 / 13 / 25)).epsilon(1e-12));
    CHECK(fit.coefficients[0].standard_error ==
          Approx(std::sqrt(1.0 / 40 + 1.0 / 13 + 1.0 / 25 + 1.0 / 31)).epsilon(1e-12));
    CHECK(fit.intercept.value == Approx(std::log(13.0 / 40)).epsilon(1e-12));
    CHECK(fit.intercept.standard_error == Approx(std::sqrt(1.0 / 40 + 1.0 / 13)).epsilon(1e-12));
    auto const term = [](double k, double n) { return k * std::log(k / n); };
    CHECK(fit.log_likelihood ==
          Approx(term(40, 53) + term(13, 53) + term(25, 56) + term(31, 56)).epsilon(1e-13));
    CHECK(fit.null_log_likelihood == Approx(term(65, 109) + term(44, 109)).epsilon(1e-13));
}

TEST_CASE("fit_logistic: the score equations hold, with an offset too", "[model]") {
    auto const people = test::make_people(11, 200);
    std::vector<double> offset;
    for (std::size_t i = 0; i < 200; ++i) offset.push_back(0.3 * people.trait[i]);
    RegressionDesign const design{200, people.columns()};
    for (auto const& extra : {std::vector<double>(200, 0.0), offset}) {
        auto const fit = fit_logistic(design, people.is_case, {.offset = extra});
        REQUIRE(fit.status == FitStatus::ok);
        auto const predictor = linear_predictor(design, fit);
        double one = 0, a = 0, b = 0, value = 0;
        for (std::size_t i = 0; i < 200; ++i) {
            auto const risk = 1 / (1 + std::exp(-predictor[i] - extra[i]));
            auto const residual = people.is_case[i] - risk;
            one += residual;
            a += residual * people.a[i];
            b += residual * people.b[i];
            value += std::log(people.is_case[i] != 0 ? risk : 1 - risk);
        }
        CHECK(one == Approx(0).margin(1e-9));
        CHECK(a == Approx(0).margin(1e-7));
        CHECK(b == Approx(0).margin(1e-9));
        CHECK(fit.log_likelihood == Approx(value).epsilon(1e-12));
    }
    // An offset that is constant moves the intercept alone.
    std::vector<double> const shift(200, 2.0);
    auto const plain = fit_logistic(design, people.is_case);
    auto const shifted = fit_logistic(design, people.is_case, {.offset = shift});
    CHECK(shifted.intercept.value == Approx(plain.intercept.value - 2));
    CHECK(shifted.coefficients[0].value == Approx(plain.coefficients[0].value));
    CHECK(shifted.null_log_likelihood == Approx(plain.null_log_likelihood));
}

TEST_CASE("fit_logistic: multiplicities repeat samples, a start changes nothing", "[model]") {
    auto const few = test::make_people(12, 150);
    auto const many = test::expand(few);
    RegressionDesign const design{few.size(), few.columns()};
    auto const found = fit_logistic(design, few.is_case, {.times = few.times});
    auto const right = fit_logistic({many.size(), many.columns()}, many.is_case);
    auto const start = fit_logistic(design, few.is_case).standardised;
    auto const warm = fit_logistic(design, few.is_case, {.times = few.times, .start = start});
    CHECK(warm.iterations <= found.iterations);
    for (std::size_t c = 0; c < 2; ++c) {
        CHECK(found.coefficients[c].value == Approx(right.coefficients[c].value).epsilon(1e-9));
        CHECK(warm.coefficients[c].value == Approx(right.coefficients[c].value).epsilon(1e-9));
        CHECK(found.coefficients[c].standard_error ==
              Approx(right.coefficients[c].standard_error).epsilon(1e-9));
    }
    CHECK(found.log_likelihood == Approx(right.log_likelihood).epsilon(1e-12));
}

TEST_CASE("fit_logistic: separation, one class and collinear columns have a status", "[model]") {
    auto const people = test::make_people(13, 60);
    std::vector<double> perfect(people.is_case.begin(), people.is_case.end());
    CHECK(fit_logistic({60, {perfect}}, people.is_case).status == FitStatus::separated);
    CHECK(fit_logistic({60, {people.a, perfect}}, people.is_case).status == FitStatus::separated);
    auto almost = perfect;  // Quasi-complete: all cases have 1, and so do some controls.
    for (std::size_t i = 0; i < 60; i += 7) almost[i] = 1;
    CHECK(fit_logistic({60, {almost}}, people.is_case).status == FitStatus::separated);
    std::vector<std::uint8_t> const all(60, 1);
    CHECK(fit_logistic({60, people.columns()}, all).status == FitStatus::one_class);
    CHECK(fit_logistic({0, {}}, {}).status == FitStatus::one_class);
    auto const twice = fit_logistic({60, {people.a, people.a, people.b}}, people.is_case);
    auto const once = fit_logistic({60, people.columns()}, people.is_case);
    REQUIRE(twice.status == FitStatus::ok);
    CHECK(twice.coefficients[0].value == Approx(once.coefficients[0].value));
    CHECK(std::isnan(twice.coefficients[1].standard_error));
    CHECK(twice.coefficients[2].value == Approx(once.coefficients[1].value));
}

TEST_CASE("fit_logistic: contracts", "[model]") {
    auto const people = test::make_people(14, 20);
    std::vector<std::uint8_t> const few(5);
    CHECK_THROWS_AS(fit_logistic({20, people.columns()}, few), ContractViolation);
    CHECK_THROWS_AS(fit_logistic({20, people.columns()}, people.is_case,
                                 {.offset = std::span{people.a}.first(3)}),
                    ContractViolation);
}

TEST_CASE("nagelkerke_r_squared and liability_r_squared: closed forms", "[model]") {
    // 100 people, half of them cases: the null has 100 log(1/2).
    auto const null = 100 * std::log(0.5);
    CHECK(nagelkerke_r_squared(null, null, 100) == 0);
    CHECK(nagelkerke_r_squared(null, 0, 100) == Approx(1));
    auto const half = nagelkerke_r_squared(null, null / 2, 100);
    CHECK(half == Approx((1 - std::exp(0.5 * null / 50)) / (1 - std::exp(null / 50))));
    // A sample like the population: the transformation of Dempster and Lerner (1950).
    auto const z = std::exp(-1.2815515655446004 * 1.2815515655446004 / 2) / std::sqrt(2 * M_PI);
    CHECK(liability_r_squared(0.05, 0.1, 0.1) == Approx(0.05 * 0.09 / (z * z)).epsilon(1e-9));
    CHECK(liability_r_squared(0, 0.01, 0.5) == 0);
    CHECK_THROWS_AS(liability_r_squared(0.1, 0, 0.5), ContractViolation);
    CHECK_THROWS_AS(liability_r_squared(0.1, 0.1, 1), ContractViolation);
}

TEST_CASE("liability_r_squared: recovers the truth from cases that were picked", "[model]") {
    // Liability = genetic + rest, cases above the threshold; half of the sample are cases.
    double const heritability = 0.3, prevalence = 0.05, threshold = 1.6448536269514722;
    RandomStream random{1, Purpose::testing, 7};
    std::vector<double> score, is_case;
    double cases = 0, controls = 0;
    constexpr double each = 15'000;
    while (cases < each || controls < each) {
        auto const genetic = std::sqrt(heritability) * random.normal();
        bool const ill = genetic + std::sqrt(1 - heritability) * random.normal() > threshold;
        auto& count = ill ? cases : controls;
        if (count == each) continue;
        ++count;
        score.push_back(genetic);
        is_case.push_back(ill ? 1 : 0);
    }
    double sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
    for (std::size_t i = 0; i < score.size(); ++i) {
        sx += score[i] / (2 * each);
        sy += is_case[i] / (2 * each);
    }
    for (std::size_t i = 0; i < score.size(); ++i) {
        sxx += std::pow(score[i] - sx, 2);
        sxy += (score[i] - sx) * (is_case[i] - sy);
        syy += std::pow(is_case[i] - sy, 2);
    }
    CHECK(liability_r_squared(sxy * sxy / sxx / syy, prevalence, 0.5) ==
          Approx(heritability).margin(0.02));
}

}  // namespace
}  // namespace maniple

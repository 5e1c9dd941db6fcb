#include "maniple/stats/normal.hpp"

#include <cmath>
#include <limits>

#include <boost/math/distributions/normal.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

using Big = boost::multiprecision::cpp_bin_float_50;
constexpr double infinity = std::numeric_limits<double>::infinity();

// From the library's own error function at fifty digits; its exponent range ends past z = 50,000.
Big neg_ln_p_exact(Big const& z) {
    Big const x = z / sqrt(Big{2});
    return z < 0.5 ? Big{-log1p(Big{-boost::math::erf(x)})} : Big{-log(boost::math::erfc(x))};
}

double relative_error(double value, Big const& exact) {
    return std::abs(static_cast<double>(Big{value} / exact - 1));
}

TEST_CASE("neg_log10_p_normal: right to thirteen digits from p near 1 to p = 10^-200,000,000",
          "[normal]") {
    Big largest = 0;
    for (double z = 1e-9; z < 3e4; z *= 1.07) {
        INFO(z);
        Big const exact = neg_ln_p_exact(z) / log(Big{10});
        CHECK(relative_error(neg_log10_p_normal(z), exact) < 1e-13);
        CHECK(neg_log10_p_normal(-z) == neg_log10_p_normal(z));
        largest = exact;
    }
    CHECK(largest > 1e8);
    CHECK(neg_log10_p_normal(1e150) == Approx(0.5e300 / std::log(10)));
}

TEST_CASE("neg_log10_p_normal: the ends of the line", "[normal]") {
    CHECK(neg_log10_p_normal(0) == 0);
    CHECK_FALSE(std::signbit(neg_log10_p_normal(-0.0)));
    CHECK(neg_log10_p_normal(infinity) == infinity);
    CHECK(neg_log10_p_normal(-infinity) == infinity);
    CHECK(neg_log10_p_normal(1e300) == infinity);
    CHECK(std::isnan(neg_log10_p_normal(std::nan(""))));
}

TEST_CASE("normal_from_neg_log10_p: inverts the tail, compared at fifty digits", "[normal]") {
    for (double x = 1e-12; x < 1.1e6; x *= 1.21) {
        INFO(x);
        double const z = normal_from_neg_log10_p(x);
        // one Newton step at fifty digits from z leads to the exact root
        Big const slope = sqrt(2 / boost::math::constants::pi<Big>()) *
                          exp(Big{-Big{z} * z / 2} + neg_ln_p_exact(z));
        Big const exact = z - (neg_ln_p_exact(z) - x * log(Big{10})) / slope;
        CHECK(relative_error(z, exact) < 1e-12);
        CHECK(relative_error(chi_squared_1df_from_neg_log10_p(x), exact * exact) < 2e-12);
    }
}

TEST_CASE("normal_from_neg_log10_p: the ends of the line", "[normal]") {
    CHECK(normal_from_neg_log10_p(0) == 0);
    CHECK(normal_from_neg_log10_p(infinity) == infinity);
    CHECK(std::isnan(normal_from_neg_log10_p(std::nan(""))));
    CHECK(chi_squared_1df_from_neg_log10_p(0) == 0);
    CHECK(chi_squared_1df_from_neg_log10_p(infinity) == infinity);
    CHECK(std::isnan(chi_squared_1df_from_neg_log10_p(std::nan(""))));
    CHECK_THROWS_AS(normal_from_neg_log10_p(-1e-9), ContractViolation);
    CHECK_THROWS_AS(chi_squared_1df_from_neg_log10_p(-1e-9), ContractViolation);
}

TEST_CASE("normal_quantile: agrees with another implementation and is antisymmetric", "[normal]") {
    boost::math::normal const standard;
    for (double tail = 1e-300; tail < 0.5; tail *= 1.9) {
        INFO(tail);
        CHECK(normal_quantile(tail) ==
              Approx(boost::math::quantile(standard, tail)).epsilon(1e-12));
    }
    for (int i = 1; i < 512; ++i) {
        double const probability = i / 512.0;  // 1 - probability is exact
        INFO(probability);
        double const expected = boost::math::quantile(standard, probability);
        CHECK(normal_quantile(probability) == Approx(expected).epsilon(1e-12).margin(1e-300));
        CHECK(normal_quantile(1 - probability) == -normal_quantile(probability));
    }
    CHECK(normal_quantile(0.5 + 1e-10) ==
          Approx(boost::math::quantile(standard, 0.5 + 1e-10)).epsilon(1e-12));
}

TEST_CASE("normal_quantile: the ends of the line", "[normal]") {
    CHECK(normal_quantile(0) == -infinity);
    CHECK(normal_quantile(0.5) == 0);
    CHECK(normal_quantile(1) == infinity);
    CHECK(std::isnan(normal_quantile(std::nan(""))));
    CHECK_THROWS_AS(normal_quantile(-0.1), ContractViolation);
    CHECK_THROWS_AS(normal_quantile(1.1), ContractViolation);
}

}  // namespace
}  // namespace maniple

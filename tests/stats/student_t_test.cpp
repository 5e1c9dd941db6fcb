#include "maniple/stats/student_t.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include <boost/math/constants/constants.hpp>
#include <boost/math/quadrature/exp_sinh.hpp>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

using Big = boost::multiprecision::cpp_bin_float_50;
namespace quadrature = boost::math::quadrature;
constexpr double infinity = std::numeric_limits<double>::infinity();

// -log10 p by integrating the density at fifty digits: nothing in common with what is tested.
Big neg_log10_p_exact(double t, double degrees_of_freedom) {
    Big const df = degrees_of_freedom;
    Big const start = t;
    Big const exponent = (df + 1) / 2;
    Big const log_twice_density = log(Big{2}) + boost::math::lgamma(exponent) -
                                  boost::math::lgamma(Big{df / 2}) -
                                  log(boost::math::constants::pi<Big>() * df) / 2;
    if (t < 1) {
        auto const kernel = [&](Big const& x) {
            return Big{exp(-exponent * log1p(Big{x * x / df}))};
        };
        Big const inside =
            exp(log_twice_density) * quadrature::gauss<Big, 30>::integrate(kernel, Big{0}, start);
        return -log1p(Big{-inside}) / log(Big{10});
    }
    // the density at t + x over the density at t, x in units of how fast it falls
    Big const unit = t * t > degrees_of_freedom ? Big{start / df} : Big{1 / start};
    auto const kernel = [&](Big const& steps) {
        Big const x = steps * unit;
        return Big{exp(-exponent * log1p(Big{(2 * start + x) * x / (df + start * start)}))};
    };
    static quadrature::exp_sinh<Big> integrator{8};
    Big const area = unit * integrator.integrate(kernel, Big{1e-22});
    return (exponent * log1p(Big{start * start / df}) - log_twice_density - log(area)) /
           log(Big{10});
}

double relative_error(double value, Big const& exact) {
    return std::abs(static_cast<double>(Big{value} / exact - 1));
}

TEST_CASE("neg_log10_p_student_t: the oracle itself agrees with the incomplete beta function",
          "[student_t]") {
    Big const x = Big{7} / (Big{7} + Big{6.25});
    Big const p = boost::math::ibeta(Big{3.5}, Big{0.5}, x);
    CHECK(relative_error(1, neg_log10_p_exact(2.5, 7) / -log10(p)) < 1e-20);
}

TEST_CASE("neg_log10_p_student_t: twelve digits over the plane of t and degrees of freedom",
          "[student_t]") {
    auto const degrees_of_freedom =
        GENERATE(1., 1.5, 2., 3., 8., 20., 50., 51., 52., 80., 150., 367., 5000., 1e5, 1e6, 1e7);
    CAPTURE(degrees_of_freedom);
    StudentTTail const tail{degrees_of_freedom};
    double largest = 0;
    for (double const t :
         {1e-300, 1e-160, 1e-15, 1e-8, 1e-3, 0.1, 0.5, 0.663, 0.9,  1.2,   1.7,   2.2, 3.,
          4.,     5.,     6.,    8.,   10.,  15., 30., 60.,   150., 1000., 5000., 1e5, 1e6}) {
        CAPTURE(t);
        CHECK(relative_error(tail.neg_log10_p(t), neg_log10_p_exact(t, degrees_of_freedom)) <
              1e-12);
        largest = std::max(largest, tail.neg_log10_p(t));
    }
    if (degrees_of_freedom >= 367) CHECK(largest > 1000);
    if (degrees_of_freedom >= 1e5) CHECK(largest > 300'000);
}

TEST_CASE("neg_log10_p_student_t: twelve digits on both sides of every change of method",
          "[student_t]") {
    for (double const df : {55., 70., 100., 200., 1000., 1e5, 1e7}) {
        // the normal deviate up to which the expansion is used, and the t that belongs to it
        double const square = std::sqrt(2e-3 * 48 * (df - 0.5) * (df - 0.5) - 250);
        double const border = std::sqrt(df * std::expm1(square / (df - 0.5)));
        for (double const t : {border * 0.8, border * 0.999, border * 1.001, border * 1.2}) {
            CAPTURE(df, t);
            CHECK(relative_error(neg_log10_p_student_t(t, df), neg_log10_p_exact(t, df)) < 1e-12);
        }
    }
    for (double const df : {1., 4., 30., 51.}) {
        double const border = std::sqrt(df * 1.5 / (df / 2 + 1));  // series below, fraction above
        for (double const t : {border * 0.999, border * 1.001}) {
            CAPTURE(df, t);
            CHECK(relative_error(neg_log10_p_student_t(t, df), neg_log10_p_exact(t, df)) < 1e-12);
        }
    }
}

TEST_CASE("neg_log10_p_student_t: closed forms for one and two degrees of freedom", "[student_t]") {
    for (double t = 1e-6; t < 1e6; t *= 1.9) {
        CAPTURE(t);
        double const pi = boost::math::constants::pi<double>();
        double const cauchy = t < 1 ? -std::log1p(-2 * std::atan(t) / pi) / std::log(10)
                                    : -std::log10(2 * std::atan(1 / t) / pi);
        CHECK(neg_log10_p_student_t(t, 1) == Approx(cauchy).epsilon(1e-13));
        double const root = std::sqrt(2 + t * t);
        double const two =
            t < 1 ? -std::log1p(-t / root) / std::log(10) : -std::log10(2 / (root * (root + t)));
        CHECK(neg_log10_p_student_t(t, 2) == Approx(two).epsilon(1e-13));
    }
}

TEST_CASE("neg_log10_p_student_t: under one degree of freedom and past the square of a double",
          "[student_t]") {
    CHECK(relative_error(neg_log10_p_student_t(3, 0.25), neg_log10_p_exact(3, 0.25)) < 1e-12);
    // far out p = 2 f(0) df^((df - 1) / 2) ... / t^df: one more decade of t adds df to -log10 p
    for (double const df : {1., 5., 300.}) {
        double const step = neg_log10_p_student_t(1e200, df) - neg_log10_p_student_t(1e199, df);
        CHECK(step == Approx(df).epsilon(1e-9));
        CHECK(neg_log10_p_student_t(1e16, df) == Approx(neg_log10_p_student_t(1e14, df) + 2 * df));
    }
}

TEST_CASE("neg_log10_p_student_t: even in t, rising, NaN and infinity pass through",
          "[student_t]") {
    for (double const df : {1., 30., 51.2, 100., 379., 1e6}) {
        StudentTTail const tail{df};
        double previous = 0;
        for (double t = 1e-3; t < 1e4; t *= 1.003) {
            CAPTURE(df, t);
            double const value = tail.neg_log10_p(t);
            REQUIRE(value > previous);
            REQUIRE(tail.neg_log10_p(-t) == value);
            REQUIRE(neg_log10_p_student_t(t, df) == value);
            previous = value;
        }
        CHECK(tail.neg_log10_p(0) == 0);
        CHECK_FALSE(std::signbit(tail.neg_log10_p(-0.0)));
        CHECK(tail.neg_log10_p(infinity) == infinity);
        CHECK(tail.neg_log10_p(-infinity) == infinity);
        CHECK(std::isnan(tail.neg_log10_p(std::nan(""))));
    }
}

TEST_CASE("StudentTTail: refuses degrees of freedom that are not positive and finite",
          "[student_t]") {
    CHECK_THROWS_AS(StudentTTail{0}, ContractViolation);
    CHECK_THROWS_AS(StudentTTail{-1}, ContractViolation);
    CHECK_THROWS_AS(StudentTTail{infinity}, ContractViolation);
    CHECK_THROWS_AS(StudentTTail{std::nan("")}, ContractViolation);
    CHECK_THROWS_AS(neg_log10_p_student_t(1, 0), ContractViolation);
}

}  // namespace
}  // namespace maniple

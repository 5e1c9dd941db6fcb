#include "maniple/stats/student_t.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <random>
#include <span>
#include <vector>

#include <boost/math/constants/constants.hpp>
#include <boost/math/quadrature/exp_sinh.hpp>
#include <boost/math/quadrature/gauss.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/multiprecision/cpp_bin_float.hpp>
#include <catch2/catch.hpp>

#include "../src/stats/student_t_forms.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/instruction_set.hpp"
#include "maniple/stats/normal.hpp"

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
    auto const tail = [=](double t) { return neg_log10_p_student_t(t, degrees_of_freedom); };
    double largest = 0;
    for (double const t :
         {1e-300, 1e-160, 1e-15, 1e-8, 1e-3, 0.1, 0.5, 0.663, 0.9,  1.2,   1.7,   2.2, 3.,
          4.,     5.,     6.,    8.,   10.,  15., 30., 60.,   150., 1000., 5000., 1e5, 1e6}) {
        CAPTURE(t);
        CHECK(relative_error(tail(t), neg_log10_p_exact(t, degrees_of_freedom)) < 1e-12);
        largest = std::max(largest, tail(t));
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
        auto const tail = [=](double t) { return neg_log10_p_student_t(t, df); };
        double previous = 0;
        for (double t = 1e-3; t < 1e4; t *= 1.003) {
            CAPTURE(df, t);
            double const value = tail(t);
            REQUIRE(value > previous);
            REQUIRE(tail(-t) == value);
            REQUIRE(neg_log10_p_student_t(t, df) == value);
            previous = value;
        }
        CHECK(tail(0) == 0);
        CHECK_FALSE(std::signbit(tail(-0.0)));
        CHECK(tail(infinity) == infinity);
        CHECK(tail(-infinity) == infinity);
        CHECK(std::isnan(tail(std::nan(""))));
    }
}

// Everything that may stand in one array: in reach of the expansion and not, and no number at all.
struct Elements {
    std::vector<double> t;
    std::vector<double> degrees_of_freedom;
};

Elements mixed_elements(std::int64_t count) {
    std::mt19937_64 random{11};
    std::uniform_real_distribution<double> exponent{-12, 4};
    std::uniform_real_distribution<double> log10_df{0, 7};
    Elements elements;
    for (std::int64_t i = 0; i < count; ++i) {
        double const sign = random() % 2 == 0 ? 1 : -1;
        elements.t.push_back(sign * std::pow(10, exponent(random)));
        elements.degrees_of_freedom.push_back(std::pow(10, log10_df(random)));
        if (i % 13 == 4) elements.t.back() = infinity;
        if (i % 17 == 5) elements.t.back() = -0.0;
        if (i % 19 == 6) elements.t.back() = 1e-200;
        if (i % 11 == 3) elements.t.back() = std::nan("");
        if (i % 33 == 3) elements.degrees_of_freedom.back() = std::nan("");  // with a NaN t
    }
    return elements;
}

// Bits, so that NaN equals NaN and the sign of zero counts.
std::vector<std::uint64_t> bits(std::vector<double> const& values) {
    std::vector<std::uint64_t> result;
    for (double value : values) {
        result.push_back(std::isnan(value) ? 0 : std::bit_cast<std::uint64_t>(value));
    }
    return result;
}

TEST_CASE("neg_log10_p_student_t: twelve digits at random t and degrees of freedom",
          "[student_t]") {
    std::mt19937_64 random{5};
    std::uniform_real_distribution<double> exponent{-12, 4};
    std::uniform_real_distribution<double> log10_df{0, 7};
    double worst = 0;
    for (int i = 0; i < 400; ++i) {
        double const t = std::pow(10, exponent(random));
        double const df = std::pow(10, log10_df(random));
        double const error = relative_error(neg_log10_p_student_t(t, df), neg_log10_p_exact(t, df));
        CAPTURE(t, df);
        CHECK(error < 1e-12);
        worst = std::max(worst, error);
    }
    CHECK(worst > 0);
}

TEST_CASE("neg_log10_p_student_t: many degrees of freedom are a normal distribution",
          "[student_t]") {
    for (double const df : {1e30, 1e40, 1e60, 1e300}) {
        for (double const t :
             {1e-150, 1e-9, 0.01, 0.3, 1.1, 2.0, 3.3, 5.0, 6.3, 9.0, 15.0, 40.0, 1e5}) {
            CAPTURE(df, t);
            CHECK(neg_log10_p_student_t(t, df) ==
                  Approx(neg_log10_p_normal(t)).epsilon(5e-15).margin(0));
        }
    }
}

TEST_CASE("neg_log10_p_student_t: an array holds the bits of its elements one by one",
          "[student_t]") {
    auto const all = mixed_elements(600);
    std::vector<double> expected;
    for (std::size_t i = 0; i < all.t.size(); ++i) {
        expected.push_back(neg_log10_p_student_t(all.t[i], all.degrees_of_freedom[i]));
    }
    for (std::size_t const count : {0, 1, 2, 7, 8, 9, 127, 128, 129, 300}) {
        for (std::size_t const start : {0, 1, 3, 100, 250}) {
            CAPTURE(start, count);
            auto const part = [&](std::vector<double> const& values) {
                return std::span{values}.subspan(start, count);
            };
            std::vector<double> result(count, 7);
            neg_log10_p_student_t(part(all.t), part(all.degrees_of_freedom), result);
            auto const wanted = part(expected);
            CHECK(bits(result) == bits({wanted.begin(), wanted.end()}));
        }
    }
}

TEST_CASE("neg_log10_p_student_t: one number of degrees of freedom for a whole array",
          "[student_t]") {
    auto const all = mixed_elements(137);
    for (double const df : {2.0, 60.0, 20'000.0}) {
        std::vector<double> expected;
        for (double t : all.t) expected.push_back(neg_log10_p_student_t(t, df));
        std::vector<double> result(all.t.size());
        neg_log10_p_student_t(all.t, df, result);
        CHECK(bits(result) == bits(expected));
    }
}

TEST_CASE("neg_log10_p_student_t: every instruction set gives the same bits", "[student_t]") {
    auto const all = mixed_elements(5003);
    auto const count = std::ssize(all.t);
    std::vector<double> expected(all.t.size());
    bool const complete = expand_student_t_scalar(all.t.data(), all.degrees_of_freedom.data(), 1,
                                                  count, expected.data());
    CHECK_FALSE(complete);
    CHECK(std::ranges::count(expected, no_expansion) > 1000);
    CHECK(std::ranges::count(expected, no_expansion) < 4000);
    for (auto set : runnable_instruction_sets()) {
        CAPTURE(to_string(set));
        auto* const expand = set >= InstructionSet::avx512 ? expand_student_t_avx512
                             : set == InstructionSet::avx2 ? expand_student_t_avx2
                                                           : expand_student_t_scalar;
        for (std::int64_t const size : {std::int64_t{0}, std::int64_t{1}, std::int64_t{7},
                                        std::int64_t{8}, std::int64_t{9}, count}) {
            std::vector<double> result(static_cast<std::size_t>(size));
            expand(all.t.data(), all.degrees_of_freedom.data(), 1, size, result.data());
            CHECK(bits(result) == bits({expected.begin(), expected.begin() + size}));
        }
        std::array<double, 3> const t{0.1, -2, 3};
        std::array<double, 3> result{};
        double const df = 500;
        CHECK(expand(t.data(), &df, 0, 3, result.data()));
        CHECK(result[1] == neg_log10_p_student_t(2, 500));
    }
}

TEST_CASE("neg_log10_p_student_t: refuses arrays of other lengths or in one place", "[student_t]") {
    std::vector<double> three(3, 1.0);
    std::vector<double> const ones(3, 1.0);
    std::vector<double> const four(4, 1.0);
    CHECK_THROWS_AS(neg_log10_p_student_t(ones, four, three), ContractViolation);
    CHECK_THROWS_AS(neg_log10_p_student_t(four, four, three), ContractViolation);
    CHECK_THROWS_AS(neg_log10_p_student_t(four, 10, three), ContractViolation);
    CHECK_THROWS_AS(neg_log10_p_student_t(three, ones, three), ContractViolation);
    CHECK_THROWS_AS(neg_log10_p_student_t(ones, three, three), ContractViolation);
    CHECK_THROWS_AS(neg_log10_p_student_t(three, 10, three), ContractViolation);
    for (double const df : {0.0, -1.0, infinity, std::nan("")}) {
        CHECK_THROWS_AS(neg_log10_p_student_t(ones, df, three), ContractViolation);
        std::vector<double> const one_bad{1000, df, 1000};
        CHECK_THROWS_AS(neg_log10_p_student_t(ones, one_bad, three), ContractViolation);
    }
}

TEST_CASE("neg_log10_p_student_t: refuses degrees of freedom that are not positive and finite",
          "[student_t]") {
    CHECK_THROWS_AS(neg_log10_p_student_t(1.0, 0), ContractViolation);
    CHECK_THROWS_AS(neg_log10_p_student_t(1.0, -1), ContractViolation);
    CHECK_THROWS_AS(neg_log10_p_student_t(1.0, infinity), ContractViolation);
    CHECK_THROWS_AS(neg_log10_p_student_t(1.0, std::nan("")), ContractViolation);
}

TEST_CASE("student_t_95: tabulated values", "[stats]") {
    CHECK(student_t_95(1) == Approx(std::tan(0.475 * std::numbers::pi)).epsilon(1e-11));
    CHECK(student_t_95(2) == Approx(0.95 / std::sqrt(2 * 0.975 * 0.025)).epsilon(1e-11));
    CHECK(student_t_95(10) == Approx(2.2281388519649385).epsilon(1e-11));
    CHECK(student_t_95(100) == Approx(1.9839715185235516).epsilon(1e-11));
    CHECK(student_t_95(1e7) == Approx(1.959964221936345).epsilon(1e-8));
    CHECK(std::isnan(student_t_95(0)));
}

}  // namespace
}  // namespace maniple

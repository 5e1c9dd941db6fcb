#include "maniple/core/elementary.hpp"

#include <cmath>
#include <limits>

#include <boost/multiprecision/cpp_bin_float.hpp>
#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Big = boost::multiprecision::cpp_bin_float_50;
constexpr double infinity = std::numeric_limits<double>::infinity();

double relative_error(double value, Big const& exact) {
    return std::abs(static_cast<double>(Big{value} / exact - 1));
}

TEST_CASE("portable_log: within two units in the last place of fifty digits", "[elementary]") {
    for (double x = 1e-310; x < 1e308; x *= 1.37) {
        INFO(x);
        CHECK(relative_error(portable_log(x), log(Big{x})) < 4.5e-16);
    }
    CHECK(portable_log(1) == 0);
    CHECK(portable_log(0) == -infinity);
    CHECK(portable_log(infinity) == infinity);
    CHECK(std::isnan(portable_log(-1)));
    CHECK(std::isnan(portable_log(std::nan(""))));
}

TEST_CASE("portable_log1p: keeps relative accuracy near zero, on both sides", "[elementary]") {
    for (double x = 1e-300; x < 1e308; x *= 1.37) {
        INFO(x);
        CHECK(relative_error(portable_log1p(x), log1p(Big{x})) < 4.5e-16);
        if (x < 1) CHECK(relative_error(portable_log1p(-x), log1p(Big{-x})) < 4.5e-16);
    }
    CHECK(portable_log1p(0) == 0);
    CHECK(portable_log1p(-1) == -infinity);
    CHECK(portable_log1p(infinity) == infinity);
    CHECK(std::isnan(portable_log1p(-1.5)));
    CHECK(std::isnan(portable_log1p(std::nan(""))));
}

TEST_CASE("portable_exp: within two units in the last place of fifty digits", "[elementary]") {
    for (double x = -708; x < 709.7; x += 0.137) {
        INFO(x);
        CHECK(relative_error(portable_exp(x), exp(Big{x})) < 4.5e-16);
    }
    CHECK(portable_exp(0) == 1);
    CHECK(portable_exp(710) == infinity);
    CHECK(portable_exp(infinity) == infinity);
    CHECK(portable_exp(-746) == 0);
    CHECK(portable_exp(-infinity) == 0);
    CHECK(portable_exp(-740) == Approx(std::exp(-740.0)).margin(1e-323));  // subnormal
    CHECK(std::isnan(portable_exp(std::nan(""))));
}

}  // namespace
}  // namespace maniple

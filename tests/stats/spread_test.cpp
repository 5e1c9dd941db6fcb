#include "maniple/stats/spread.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

TEST_CASE("spread_of: the same for any size of the numbers", "[stats]") {
    std::vector<double> const values{1, 2, 4, 4, 9};
    auto const plain = spread_of(values);
    CHECK(plain.mean == 4);
    CHECK(plain.standard_deviation == std::sqrt(38.0 / 5));
    for (int exponent : {-1000, -700, 0, 600, 1015}) {
        auto scaled = values;
        for (auto& x : scaled) x = std::ldexp(x, exponent);
        auto const spread = spread_of(scaled);
        CHECK(spread.mean == std::ldexp(plain.mean, exponent));
        CHECK(spread.standard_deviation == std::ldexp(plain.standard_deviation, exponent));
        CHECK_FALSE(spread.is_constant);
    }
}

TEST_CASE("spread_of: what is constant", "[stats]") {
    CHECK(spread_of({}).is_constant);
    CHECK(spread_of(std::vector<double>{0, 0, 0}).is_constant);
    CHECK(spread_of(std::vector<double>(7, 0.1)).is_constant);
    CHECK(spread_of(std::vector<double>(7, 1e300)).is_constant);
    CHECK_FALSE(spread_of(std::vector<double>{1e6, 1e6 + 1e-3}).is_constant);
}

}  // namespace
}  // namespace maniple

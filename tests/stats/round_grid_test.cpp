#include "maniple/stats/round_grid.hpp"

#include <string>

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

TEST_CASE("RoundGrid: the finest of 1, 2 and 5 times powers of ten that is wide enough",
          "[stats]") {
    CHECK(RoundGrid{1}.step() == 1);
    CHECK(RoundGrid{1.01}.step() == 2);
    CHECK(RoundGrid{2.5}.step() == 5);
    CHECK(RoundGrid{5.5}.step() == 10);
    CHECK(RoundGrid{0.03}.step() == 0.05);
    CHECK(RoundGrid{0.051}.step() == 0.1);
    CHECK(RoundGrid{0.1}.step() == 0.1);
    CHECK(RoundGrid{0.2}.step() == 0.2);
    CHECK(RoundGrid{0.6}.step() == 1);
    CHECK(RoundGrid{1234}.step() == 2000);
    CHECK(RoundGrid{3e-9}.step() == 5e-9);
    CHECK(RoundGrid{4e20}.step() == 5e20);
    CHECK(RoundGrid{1e300}.step() == Approx(1e300).epsilon(1e-14));
    CHECK(RoundGrid{0.99e-299}.step() == Approx(1e-299).epsilon(1e-14));
    CHECK_THROWS_AS(RoundGrid{0}, ContractViolation);
}

TEST_CASE("RoundGrid: multiples have few digits, and hold a value between them", "[stats]") {
    RoundGrid const grid{0.1};
    CHECK(fmt::format("{}", grid.at(3)) == "0.3");
    CHECK(grid.below(0.3) == 3);
    CHECK(grid.above(0.3) == 3);
    CHECK(grid.below(0.31) == 3);
    CHECK(grid.above(0.31) == 4);
    CHECK(grid.below(-0.31) == -4);
    CHECK(grid.above(-0.31) == -3);
    for (std::int64_t i = -2000; i < 2000; ++i) {
        CHECK(grid.below(grid.at(i)) == i);
        CHECK(fmt::format("{}", grid.at(i)).size() <= 6);
    }
}

TEST_CASE("RoundGrid: so many decimals as its multiples need", "[stats]") {
    CHECK(RoundGrid{1234}.decimals() == 0);
    CHECK(RoundGrid{1}.decimals() == 0);
    CHECK(RoundGrid{0.6}.decimals() == 0);
    CHECK(RoundGrid{0.5}.decimals() == 1);
    CHECK(RoundGrid{0.051}.decimals() == 1);
    CHECK(RoundGrid{0.05}.decimals() == 2);
    CHECK(RoundGrid{3e-9}.decimals() == 9);
}

}  // namespace
}  // namespace maniple

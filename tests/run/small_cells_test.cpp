#include "maniple/run/small_cells.hpp"

#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

using Flags = std::vector<bool>;

TEST_CASE("suppress_small: small counts, and what would give them away", "[run]") {
    CHECK(suppress_small({{50}, {60}}, 5) == Flags{false, false});
    CHECK(suppress_small({{50}, {4}, {9}, {60}}, 5) == Flags{false, true, true, false});
    CHECK(suppress_small({{50}, {4}, {3}}, 5) == Flags{false, true, true});
    CHECK(suppress_small({{50}, {2}, {1}, {30}}, 5) == Flags{false, true, true, true});
    CHECK(suppress_small({{50}, {0}, {3}}, 5) == Flags{true, false, true});
    CHECK(suppress_small({{3}}, 5) == Flags{true});
    CHECK(suppress_small({{0}, {7}}, 5) == Flags{false, false});
    CHECK(suppress_small({}, 5).empty());
    CHECK(suppress_small({{1}, {2}}, 1) == Flags{false, false});
}

TEST_CASE("suppress_small: groups that are suppressed anyway hide others, or need hiding",
          "[run]") {
    CHECK(suppress_small({{50}, {4}, {9}, {60}}, 5, {true, false, false, false}) ==
          Flags{true, true, false, false});
    CHECK(suppress_small({{50}, {60}, {9}}, 5, {false, true, false}) == Flags{false, true, true});
    CHECK_THROWS_AS(suppress_small({{50}, {60}}, 5, {true}), ContractViolation);
}

TEST_CASE("suppress_small: every count of a group matters, and their sums", "[run]") {
    // Samples, cases, controls: three cases hide behind the next smallest group.
    CHECK(suppress_small({{40, 3, 37}, {90, 20, 70}, {50, 10, 40}}, 5) == Flags{true, false, true});
    // Two groups with one case each still have two together.
    CHECK(suppress_small({{40, 1, 39}, {90, 20, 70}, {50, 1, 49}}, 5) == Flags{true, true, true});
    CHECK_THROWS_AS(suppress_small({{1, 2}, {3}}, 5), ContractViolation);
    CHECK_THROWS_AS(suppress_small({{1}}, 0), ContractViolation);
}

}  // namespace
}  // namespace maniple

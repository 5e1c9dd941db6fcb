#include "../src/run/round_cells.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/run/small_cells.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

TEST_CASE("make_cells: counts are those between bounds, and no cell is small", "[run]") {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
        std::vector<double> values;
        for (std::uint64_t s = 0; s < 20 + 13 * seed; ++s) {
            RandomStream random{seed, Purpose::testing, s};
            auto const x = random.uniform() + random.uniform();
            values.push_back(seed % 3 == 0 ? x * x * x : seed % 3 == 1 ? std::round(10 * x) : x);
        }
        auto const histogram = make_cells(values, 5);
        REQUIRE(histogram);
        auto const& bounds = histogram->bounds;
        REQUIRE(histogram->counts.size() == bounds.size() + 1);
        CHECK(std::ranges::is_sorted(bounds));
        for (std::size_t i = 0; i < histogram->counts.size(); ++i) {
            auto const inside = std::ranges::count_if(values, [&](double x) {
                return (i == 0 || x > bounds[i - 1]) && (i == bounds.size() || x <= bounds[i]);
            });
            CHECK(histogram->counts[i] == inside);
            CHECK_FALSE(is_small(inside, 5));
        }
        for (auto bound : bounds) {
            auto const steps = bound / histogram->step;
            CHECK(steps == Approx(std::round(steps)).margin(1e-9));
        }
    }
}

TEST_CASE("make_cells: nothing of people alike, or of too few to divide", "[run]") {
    CHECK_FALSE(make_cells(std::vector<double>(50, 3.0), 5));
    CHECK_FALSE(make_cells({1, 2, 3, 4, 5, 6, 7, 8, 9}, 5));
    CHECK_FALSE(make_cells({1e300, 1e300, 1.1e300}, 1));
    CHECK_THROWS_AS(make_cells({1, 2}, 0), ContractViolation);
}

}  // namespace
}  // namespace maniple

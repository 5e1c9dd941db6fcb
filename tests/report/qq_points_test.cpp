#include "maniple/report/qq_points.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

namespace maniple {
namespace {

TEST_CASE("qq_points: lie where sorting puts them", "[report]") {
    std::mt19937_64 chance{2};
    std::uniform_real_distribution<double> uniform{0, 1};
    std::vector<float> values(30'000);
    for (auto& value : values) value = static_cast<float>(-std::log10(1 - uniform(chance)));
    PValueRanks ranks;
    ranks.add(values);
    std::ranges::sort(values, std::greater{});
    auto const points = qq_points(ranks);
    REQUIRE(points.expected.size() == points.observed.size());
    CHECK(points.expected.front() == Approx(-std::log10(0.5 / 30'000)));
    for (std::size_t i = 0; i < points.expected.size(); ++i) {
        auto const rank = std::llround(std::pow(10, -points.expected[i]) * 30'000 + 0.5);
        auto const truth = static_cast<double>(values[static_cast<std::size_t>(rank - 1)]);
        CHECK(std::abs(points.observed[i] - truth) <= std::max(1e-3, 1e-3 * truth));
    }
    CHECK(points.expected.size() < 700);
    CHECK(qq_points(PValueRanks{}).expected.empty());
}

// Of 400 sets of uniform p-values, about 95% of each rank's lie inside.
TEST_CASE("qq_band: holds 95% of each rank by chance", "[report]") {
    constexpr int sets = 400;
    constexpr int count = 200;
    auto const band = qq_band(count);
    std::vector<int> inside(band.expected.size());
    std::mt19937_64 chance{8};
    std::uniform_real_distribution<double> uniform{0, 1};
    for (int set = 0; set < sets; ++set) {
        std::vector<double> values(count);
        for (auto& value : values) value = -std::log10(1 - uniform(chance));
        std::ranges::sort(values, std::greater{});
        for (std::size_t i = 0; i < band.expected.size(); ++i) {
            auto const rank = std::llround(std::pow(10, -band.expected[i]) * count + 0.5);
            auto const value = values[static_cast<std::size_t>(rank - 1)];
            inside[i] += value >= band.lower[i] && value <= band.upper[i] ? 1 : 0;
        }
    }
    for (auto const one : inside) {  // 380 expected, SD 4.4.
        CHECK(one >= 362);
        CHECK(one <= 398);
    }
}

}  // namespace
}  // namespace maniple

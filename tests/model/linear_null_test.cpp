#include "maniple/model/linear_null.hpp"

#include <cmath>
#include <limits>
#include <random>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

constexpr std::size_t samples = 300;
constexpr std::size_t traits = 6;

std::vector<double> normal_column(std::mt19937& random) {
    std::normal_distribution<double> normal;
    std::vector<double> values(samples);
    for (auto& value : values) value = normal(random);
    return values;
}

TEST_CASE("LinearNull: traits known to be complete are loaded once and fitted the same",
          "[model]") {
    std::mt19937 random{3};
    Covariate const covariate{.name = "age", .values = normal_column(random)};
    std::vector<std::vector<double>> values;
    for (std::size_t t = 0; t < traits; ++t) values.push_back(normal_column(random));
    values[2][17] = std::numeric_limits<double>::quiet_NaN();

    SampleMask candidates{static_cast<std::int64_t>(samples)};
    for (std::size_t s = 0; s < samples; s += s % 11 == 0 ? 2 : 1) {
        candidates.insert(SampleIndex{static_cast<std::int64_t>(s)});
    }
    std::vector<int> loaded;
    auto const fit = [&](Completeness complete) {
        loaded.assign(traits, 0);
        std::vector<TraitOutline> outlines;
        for (std::size_t t = 0; t < traits; ++t) {
            outlines.push_back({.name = "t" + std::to_string(t),
                                .values = t == 2 ? Completeness::unknown : complete});
        }
        return LinearNull{
            candidates, {covariate}, outlines, [&](std::size_t t, std::span<double> target) {
                ++loaded[t];
                std::ranges::copy(values[t], target.begin());
            }};
    };
    auto const expected = fit(Completeness::unknown);
    CHECK(loaded == std::vector<int>{2, 2, 2, 2, 2, 2});
    auto const found = fit(Completeness::every_sample);
    CHECK(loaded == std::vector<int>{1, 1, 2, 1, 1, 1});

    REQUIRE(found.patterns().size() == expected.patterns().size());
    REQUIRE(found.traits().size() == traits);
    REQUIRE(found.columns().columns() == expected.columns().columns());
    for (std::size_t t = 0; t < traits; ++t) {
        CHECK(found.traits()[t].name == expected.traits()[t].name);
        CHECK(found.traits()[t].column == expected.traits()[t].column);
        CHECK(found.traits()[t].pattern == expected.traits()[t].pattern);
        CHECK(found.traits()[t].residual_squares == expected.traits()[t].residual_squares);
    }
    for (std::int64_t s = 0; s < static_cast<std::int64_t>(samples); ++s) {
        REQUIRE(std::ranges::equal(found.columns().row(s), expected.columns().row(s)));
    }
}

}  // namespace
}  // namespace maniple

#include "maniple/stats/heterogeneity.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

TEST_CASE("cochran_q: closed form of two groups, unusable groups left out", "[stats]") {
    auto const nan = std::nan("");
    std::vector<Estimate> const groups{{0.3, 0.1}, {nan, 0.1},
                                       {0.7, 0.2}, {0.5, 0},
                                       {0.5, nan}, {1, std::numeric_limits<double>::infinity()}};
    auto const found = cochran_q(groups);
    CHECK(found.degrees_of_freedom == 1);
    CHECK(found.statistic == Approx(0.4 * 0.4 / (0.01 + 0.04)));
    CHECK(std::isnan(cochran_q(std::span{groups}.first(2)).statistic));
    CHECK(std::isnan(cochran_q({}).neg_log10_p));
}

TEST_CASE("cochran_q: p is uniform where all groups have one true value", "[stats]") {
    constexpr int repeats = 4000;
    std::array<int, 10> bins{};
    for (std::uint64_t r = 0; r < repeats; ++r) {
        RandomStream random{2, Purpose::testing, r};
        std::vector<Estimate> groups;
        for (double error : {0.1, 0.02, 0.3, 0.11, 0.05}) {
            groups.push_back({0.6 + error * random.normal(), error});
        }
        auto const p = std::pow(10, -cochran_q(groups).neg_log10_p);
        ++bins[std::min<std::size_t>(9, static_cast<std::size_t>(p * 10))];
    }
    double chi_squared = 0;
    for (auto count : bins) chi_squared += (count - 400.0) * (count - 400.0) / 400;
    CHECK(chi_squared < 27.9);  // 0.1% point of 9 degrees of freedom
}

TEST_CASE("wilson_interval: published example, ends and nobody", "[stats]") {
    auto const found = wilson_interval(81, 263);  // Newcombe (1998), Stat. Med. 17, table I
    CHECK(found.lower == Approx(0.2553).margin(5e-5));
    CHECK(found.upper == Approx(0.3662).margin(5e-5));
    CHECK(wilson_interval(0, 20).lower == 0);
    CHECK(wilson_interval(0, 20).upper == Approx(0.1611).margin(5e-5));
    CHECK(wilson_interval(29, 29).upper == 1);
    CHECK(std::isnan(wilson_interval(0, 0).value));
    CHECK_THROWS_AS(wilson_interval(3, 2), ContractViolation);
}

TEST_CASE("pool_random_effects: by hand for two groups, one alone, none, unusable ones",
          "[stats]") {
    auto const nan = std::nan("");
    // Weights 1 and 4; mean 0.8; Q = 1 * 0.64 + 4 * 0.04 = 0.8.
    std::vector<Estimate> const alike{{0, 1}, {nan, 0.1}, {1, 0.5}, {9, 0}};
    auto const same = pool_random_effects(alike);
    CHECK(same.groups == 2);
    CHECK(same.tau_squared == 0);
    CHECK(same.i_squared == 0);
    CHECK(same.mean == Approx(0.8).epsilon(1e-14));
    CHECK(same.standard_error == Approx(1 / std::sqrt(5.0)).epsilon(1e-14));
    CHECK(same.upper - same.mean == Approx(12.706204736 / std::sqrt(5.0)).epsilon(1e-9));
    CHECK(std::isnan(same.prediction_lower));
    // Q = 16 + 0 ... equal weights 4: mean 2, Q = 4 * (4 + 4) = 32, tau^2 = 31 / (8 - 32 / 8).
    std::vector<Estimate> const apart{{0, 0.5}, {4, 0.5}};
    auto const wide = pool_random_effects(apart);
    CHECK(wide.tau_squared == Approx(31.0 / 4));
    CHECK(wide.i_squared == Approx(31.0 / 32));
    CHECK(wide.mean == Approx(2));
    CHECK(wide.standard_error == Approx(2));  // Of two numbers 4 apart: the sample's own.
    auto const alone = pool_random_effects(std::span{alike}.first(1));
    CHECK(alone.mean == 0);
    CHECK(alone.upper == Approx(1.959963984540054));
    CHECK(std::isnan(alone.tau_squared));
    CHECK(std::isnan(pool_random_effects({}).mean));
    CHECK(pool_random_effects({}).groups == 0);
}

TEST_CASE(
    "pool_random_effects: intervals hold the mean and a new group's truth as often as they say",
    "[stats]") {
    constexpr int repeats = 4000;
    constexpr double between = 0.2;
    int mean_held = 0;
    int new_held = 0;
    for (std::uint64_t r = 0; r < repeats; ++r) {
        RandomStream random{3, Purpose::testing, r};
        std::vector<Estimate> groups;
        for (double error : {0.1, 0.08, 0.15, 0.11, 0.05, 0.12, 0.09}) {
            groups.push_back({0.6 + between * random.normal() + error * random.normal(), error});
        }
        auto const pooled = pool_random_effects(groups);
        mean_held += pooled.lower < 0.6 && 0.6 < pooled.upper ? 1 : 0;
        auto const truth = 0.6 + between * random.normal();
        new_held += pooled.prediction_lower < truth && truth < pooled.prediction_upper ? 1 : 0;
    }
    CHECK(std::abs(mean_held / double{repeats} - 0.95) < 0.015);
    CHECK(std::abs(new_held / double{repeats} - 0.95) < 0.02);
}

}  // namespace
}  // namespace maniple

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

TEST_CASE("pool_fixed_effect: the mean weighed by certainty, without groups that have none",
          "[stats]") {
    auto const nan = std::nan("");
    // Weights 4, 1 and 16.
    std::vector<Estimate> const groups{{1, 0.5}, {4, 1}, {nan, 0.1}, {2, 0.25}, {9, 0}};
    auto const pooled = pool_fixed_effect(groups);
    CHECK(pooled.value == Approx((4 * 1.0 + 1 * 4.0 + 16 * 2.0) / 21).epsilon(1e-14));
    CHECK(pooled.standard_error == Approx(1 / std::sqrt(21.0)).epsilon(1e-14));
    auto const alone = pool_fixed_effect(std::span{groups}.first(1));
    CHECK(alone.value == 1);
    CHECK(alone.standard_error == 0.5);
    CHECK(std::isnan(pool_fixed_effect({}).value));
}

}  // namespace
}  // namespace maniple

#include "maniple/stats/bootstrap.hpp"

#include <cmath>
#include <numeric>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

TEST_CASE("draw_resample: as many draws as samples, each sample alike often", "[stats]") {
    std::vector<std::uint32_t> times(50, 9);
    std::vector<double> sums(50);
    constexpr int replicates = 4000;
    for (std::uint64_t b = 0; b < replicates; ++b) {
        draw_resample(1, b, 3, times);
        CHECK(std::accumulate(times.begin(), times.end(), 0U) == 50);
        for (std::size_t i = 0; i < 50; ++i) sums[i] += times[i];
    }
    double chi_squared = 0;
    for (auto sum : sums) {
        double const expected = replicates;
        chi_squared += (sum - expected) * (sum - expected) / (expected * (1 - 1.0 / 50));
    }
    CHECK(chi_squared > 20);  // 49 degrees of freedom
    CHECK(chi_squared < 95);
}

TEST_CASE("draw_resample: depends on seed, replicate and stratum alone", "[stats]") {
    auto const draw = [](std::uint64_t seed, std::uint64_t replicate, std::uint64_t stratum) {
        std::vector<std::uint32_t> times(40);
        draw_resample(seed, replicate, stratum, times);
        return times;
    };
    auto const first = draw(1, 2, 3);
    CHECK(draw(1, 2, 3) == first);
    CHECK(draw(2, 2, 3) != first);
    CHECK(draw(1, 3, 3) != first);
    CHECK(draw(1, 2, 4) != first);
    std::vector<std::uint32_t> nobody;
    CHECK_THROWS_AS(draw_resample(1, 2, 3, nobody), ContractViolation);
}

TEST_CASE("summarize_replicates: quantiles of type 7, undefined ones counted", "[stats]") {
    std::vector<double> values;
    for (int i = 100; i >= 0; --i) values.push_back(i);
    values.insert(values.begin() + 7, std::nan(""));
    auto const summary = summarize_replicates(values);
    CHECK(summary.lower == Approx(2.5));
    CHECK(summary.upper == Approx(97.5));
    CHECK(summary.standard_error == Approx(std::sqrt(101.0 * 102.0 / 12)));
    CHECK(summary.defined == 101);
    CHECK(summary.undefined == 1);
    auto const nothing = summarize_replicates({std::nan(""), 1});
    CHECK(std::isnan(nothing.lower));
    CHECK(std::isnan(nothing.standard_error));
    CHECK(nothing.undefined == 1);
}

TEST_CASE("quantile_of_sorted: ends, middle and nothing", "[stats]") {
    std::vector<double> const values{1, 2, 4};
    CHECK(quantile_of_sorted(values, 0) == 1);
    CHECK(quantile_of_sorted(values, 1) == 4);
    CHECK(quantile_of_sorted(values, 0.5) == 2);
    CHECK(quantile_of_sorted(values, 0.75) == 3);
    CHECK(std::isnan(quantile_of_sorted({}, 0.5)));
    CHECK_THROWS_AS(quantile_of_sorted(values, 1.5), ContractViolation);
}

}  // namespace
}  // namespace maniple

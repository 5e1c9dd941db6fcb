#include "maniple/report/p_value_ranks.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

std::vector<float> null_values(std::size_t count, unsigned seed) {
    std::mt19937_64 chance{seed};
    std::uniform_real_distribution<double> uniform{0, 1};
    std::vector<float> values(count);
    for (auto& value : values) value = static_cast<float>(-std::log10(1 - uniform(chance)));
    return values;
}

TEST_CASE("PValueRanks: the largest are exact, the others near, as sorting tells", "[report]") {
    for (std::size_t const count : {1, 10, 2047, 2048, 2049, 4096, 200'000}) {
        auto values = null_values(count, 7);
        if (count > 100) values[50] = 300;
        if (count > 100) values[51] = 1e6F;
        PValueRanks ranks;
        ranks.add(values);
        std::ranges::sort(values, std::greater{});
        REQUIRE(ranks.count() == static_cast<std::int64_t>(count));
        for (std::int64_t rank = 1; rank <= ranks.count(); rank += 1 + rank / 10) {
            auto const truth = static_cast<double>(values[static_cast<std::size_t>(rank - 1)]);
            if (rank <= PValueRanks::most_exact) {
                CHECK(ranks.value(rank) == truth);
            } else {
                CHECK(std::abs(ranks.value(rank) - truth) <= std::max(0.001, 0.001 * truth));
            }
        }
    }
}

TEST_CASE("PValueRanks: parts may be merged, and NaN is nothing", "[report]") {
    auto const all = null_values(30'000, 3);
    PValueRanks whole, first, second;
    whole.add(all);
    first.add(std::span{all}.first(11'000));
    second.add(std::span{all}.subspan(11'000));
    second.add(std::vector{std::numeric_limits<float>::quiet_NaN()});
    first.merge(second);
    REQUIRE(first.count() == whole.count());
    for (std::int64_t rank = 1; rank <= whole.count(); rank += 97) {
        CHECK(first.value(rank) == whole.value(rank));
    }
}

TEST_CASE("PValueRanks: a border with at most so many values above is the lowest", "[report]") {
    auto const values = null_values(50'000, 5);
    PValueRanks ranks;
    ranks.add(values);
    for (std::int64_t const most : {0, 1, 100, 5000, 49'999, 50'000}) {
        auto const border = ranks.border_with_at_most(most);
        auto const above = std::ranges::count_if(
            values, [&](float value) { return static_cast<double>(value) >= border; });
        CHECK(above <= most);
        auto const wider = std::ranges::count_if(values, [&](float value) {
            return static_cast<double>(value) >= border / 1.001 - 1e-3;
        });
        if (border > 0) CHECK(wider > most);
    }
    CHECK(ranks.border_with_at_most(50'000) == 0);
}

TEST_CASE("PValueRanks: contracts", "[report]") {
    PValueRanks ranks;
    CHECK_THROWS_AS(ranks.value(1), ContractViolation);
    CHECK_THROWS_AS(ranks.add(std::vector{-1.0F}), ContractViolation);
}

}  // namespace
}  // namespace maniple

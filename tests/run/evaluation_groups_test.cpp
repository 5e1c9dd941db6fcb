#include "../src/run/evaluation_groups.hpp"

#include <cmath>
#include <span>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

double within(std::vector<std::vector<double>> const& groups) {
    std::vector<std::span<double const>> views{groups.begin(), groups.end()};
    return within_standard_deviation(views);
}

// sqrt of the sum over groups of (x - their mean)^2, by people less groups.
double brute_force(std::vector<std::vector<double>> const& groups) {
    double squares = 0;
    double people = 0;
    for (auto const& group : groups) {
        double mean = 0;
        for (auto x : group) mean += x / static_cast<double>(group.size());
        for (auto x : group) squares += (x - mean) * (x - mean);
        people += static_cast<double>(group.size()) - 1;
    }
    return std::sqrt(squares / people);
}

TEST_CASE("within_standard_deviation: numbers added to a group change nothing", "[run]") {
    std::vector<std::vector<double>> groups{{1, 4, 2, 2.5}, {0.5, -1, 3}, {7, 7.5}};
    auto const right = brute_force(groups);
    CHECK(within(groups) == Approx(right).epsilon(1e-14));
    for (auto& x : groups[1]) x += 1024;
    CHECK(within(groups) == Approx(right).epsilon(1e-12));
    for (auto& x : groups[0]) x -= 4096;
    CHECK(within(groups) == Approx(right).epsilon(1e-12));
}

TEST_CASE("within_standard_deviation: of one group that of a sample", "[run]") {
    std::vector<double> const values{1, 4, 2, 2.5};
    CHECK(within({values}) == Approx(standard_deviation(values)).epsilon(1e-14));
}

TEST_CASE("within_standard_deviation: one person per group has no spread to tell", "[run]") {
    CHECK_THROWS_AS(within({{1}, {2}}), ContractViolation);
}

}  // namespace
}  // namespace maniple

#include "maniple/stats/uniform_order.hpp"

#include <catch2/catch.hpp>

#include <cmath>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// P(rank-th smallest <= x) = P(at least `rank` of the numbers are <= x), summed term by term.
double naive_probability(std::int64_t rank, std::int64_t count, double x) {
    double sum = 0;
    for (auto k = rank; k <= count; ++k) {
        auto const below = static_cast<double>(k);
        auto const above = static_cast<double>(count - k);
        auto const ways =
            std::lgamma(below + above + 1) - std::lgamma(below + 1) - std::lgamma(above + 1);
        sum += std::exp(ways + below * std::log(x) + above * std::log1p(-x));
    }
    return sum;
}

TEST_CASE("uniform_order_quantile: inverts the binomial sum", "[stats]") {
    for (std::int64_t const count : {1, 2, 10, 400}) {
        for (auto rank = std::int64_t{1}; rank <= count; rank += 1 + count / 7) {
            for (double const probability : {0.025, 0.5, 0.975}) {
                auto const x = uniform_order_quantile(rank, count, probability);
                CHECK(naive_probability(rank, count, x) == Approx(probability).epsilon(1e-7));
            }
        }
    }
}

// The smallest of n numbers is above x with probability (1 - x)^n.
TEST_CASE("uniform_order_quantile: the smallest and the largest of many", "[stats]") {
    for (std::int64_t const count : {1'000, 10'000'000, 1'000'000'000}) {
        auto const n = static_cast<double>(count);
        auto const smallest = -std::expm1(std::log1p(-0.025) / n);
        CHECK(uniform_order_quantile(1, count, 0.025) == Approx(smallest).epsilon(1e-8));
        auto const largest = std::exp(std::log(0.975) / n);
        CHECK(uniform_order_quantile(count, count, 0.975) == Approx(largest).epsilon(1e-12));
    }
}

TEST_CASE("uniform_order_quantile: contracts", "[stats]") {
    CHECK_THROWS_AS(uniform_order_quantile(0, 5, 0.5), ContractViolation);
    CHECK_THROWS_AS(uniform_order_quantile(6, 5, 0.5), ContractViolation);
    CHECK_THROWS_AS(uniform_order_quantile(1, 5, 0.0), ContractViolation);
}

}  // namespace
}  // namespace maniple

#include "maniple/stats/correlation.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {
namespace {

TEST_CASE("squared_correlation: closed forms", "[stats]") {
    std::vector<double> const a{1, 2, 3, 4};
    std::vector<double> const line{7, 5, 3, 1};
    std::vector<double> const b{1, 3, 2, 4};
    std::vector<double> const constant{0.1, 0.1, 0.1, 0.1};
    CHECK(squared_correlation(a, line) == Approx(1));
    CHECK(squared_correlation(a, b) == Approx(0.64));
    CHECK(std::isnan(squared_correlation(a, constant)));
    CHECK(std::isnan(squared_correlation({}, {})));
    CHECK_THROWS_AS(squared_correlation(a, std::span{b}.first(3)), ContractViolation);
}

TEST_CASE("squared_correlation: multiplicities repeat samples, large means do no harm", "[stats]") {
    RandomStream random{3, Purpose::testing, 0};
    std::vector<double> a, b, many_a, many_b;
    std::vector<std::uint32_t> times;
    for (int i = 0; i < 60; ++i) {
        a.push_back(random.normal());
        b.push_back(0.4 * a.back() + random.normal());
        times.push_back(static_cast<std::uint32_t>(random.below(4)));
        for (std::uint32_t t = 0; t < times.back(); ++t) {
            many_a.push_back(a.back());
            many_b.push_back(b.back());
        }
    }
    auto const right = squared_correlation(many_a, many_b);
    CHECK(squared_correlation(a, b, times) == Approx(right).epsilon(1e-12));
    for (auto& value : a) value = 1e7 + 3 * value;
    CHECK(squared_correlation(a, b, times) == Approx(right).epsilon(1e-7));
}

}  // namespace
}  // namespace maniple

#include "maniple/stats/genomic_inflation.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <boost/math/distributions/chi_squared.hpp>
#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

// The -log10 p-values of `count` evenly spread statistics times `inflation`, in mixed order.
std::vector<float> spread_statistics(int count, double inflation) {
    boost::math::chi_squared const one_df{1};
    std::vector<float> values;
    for (int i = 0; i < count; ++i) {
        double const statistic = boost::math::quantile(one_df, (i + 0.5) / count) * inflation;
        double const p = boost::math::cdf(boost::math::complement(one_df, statistic));
        values.push_back(static_cast<float>(-std::log10(p)));
    }
    std::shuffle(values.begin(), values.end(), std::mt19937{1});
    return values;
}

TEST_CASE("genomic_inflation: recovers the factor that the statistics were scaled by",
          "[genomic_inflation]") {
    auto const inflation = GENERATE(0.8, 1.0, 1.3, 25.0);
    auto const count = GENERATE(1001, 1000);
    CHECK(genomic_inflation(spread_statistics(count, inflation)) ==
          Approx(inflation).epsilon(1e-4));
}

TEST_CASE("genomic_inflation: an even number of values takes the mean of two statistics",
          "[genomic_inflation]") {
    // two-sided p of z = 1 and z = 2: statistics 1 and 4
    std::array<float, 2> const values{1.34198608F, 0.49851555F};
    CHECK(genomic_inflation(values) == Approx(2.5 / 0.4549364231).epsilon(1e-6));
}

TEST_CASE("genomic_inflation: missing values do not count", "[genomic_inflation]") {
    std::array<float, 5> const values{missing, 0.49851555F, missing, missing, missing};
    CHECK(genomic_inflation(values) == Approx(1 / 0.4549364231).epsilon(1e-6));
    CHECK(std::isnan(genomic_inflation(std::array{missing, missing})));
    CHECK(std::isnan(genomic_inflation({})));
}

TEST_CASE("genomic_inflation: p-values below the smallest double stay finite",
          "[genomic_inflation]") {
    std::array<float, 3> const values{0.1F, 5000, std::numeric_limits<float>::infinity()};
    double const pi = 3.14159265358979;
    // ln p = -5000 ln 10 leaves z^2 = 23,025.85 - ln(z^2) - ln(pi / 2) to first order
    double const statistic = genomic_inflation(values) * 0.4549364231;
    CHECK(statistic ==
          Approx(2 * 5000 * std::log(10.0) - std::log(statistic) - std::log(pi / 2)).epsilon(1e-7));
}

TEST_CASE("genomic_inflation: refuses a negative -log10 p", "[genomic_inflation]") {
    CHECK_THROWS_AS(genomic_inflation(std::array{1.0F, -1.0F}), ContractViolation);
}

}  // namespace
}  // namespace maniple

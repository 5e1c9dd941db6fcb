#include "maniple/stats/chi_squared.hpp"

#include <cmath>
#include <limits>

#include <boost/math/distributions/chi_squared.hpp>
#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/stats/normal.hpp"

namespace maniple {
namespace {

TEST_CASE("neg_log10_p_chi_squared: agrees with Boost where that does not underflow", "[stats]") {
    for (std::int64_t degrees : {1, 2, 3, 4, 7, 21, 50, 301, 5000}) {
        boost::math::chi_squared const distribution{static_cast<double>(degrees)};
        for (double share : {1e-6, 0.01, 0.3, 0.9, 0.999, 1.0, 1.001, 1.2, 2.0, 5.0, 30.0}) {
            auto const statistic = share * static_cast<double>(degrees);
            auto const p = cdf(complement(distribution, statistic));
            if (p < 1e-290) continue;
            auto const right = p > 0.9 ? -std::log1p(-cdf(distribution, statistic)) / std::log(10.0)
                                       : -std::log10(p);
            CHECK(neg_log10_p_chi_squared(statistic, degrees) == Approx(right).epsilon(1e-11));
        }
    }
}

TEST_CASE("neg_log10_p_chi_squared: far tails follow closed forms", "[stats]") {
    for (double statistic : {1.0, 40.0, 2000.0, 1e6}) {
        CHECK(neg_log10_p_chi_squared(statistic, 2) ==
              Approx(statistic / 2 / std::log(10.0)).epsilon(1e-13));
        CHECK(neg_log10_p_chi_squared(statistic, 1) ==
              Approx(neg_log10_p_normal(std::sqrt(statistic))).epsilon(1e-12));
        CHECK(neg_log10_p_chi_squared(statistic, 4) ==
              Approx((statistic / 2 - std::log1p(statistic / 2)) / std::log(10.0)).epsilon(1e-12));
    }
}

TEST_CASE("neg_log10_p_chi_squared: limits and contracts", "[stats]") {
    auto const infinity = std::numeric_limits<double>::infinity();
    CHECK(neg_log10_p_chi_squared(0, 3) == 0);
    CHECK(neg_log10_p_chi_squared(infinity, 3) == infinity);
    CHECK(std::isnan(neg_log10_p_chi_squared(std::nan(""), 3)));
    CHECK_THROWS_AS(neg_log10_p_chi_squared(-1, 3), ContractViolation);
    CHECK_THROWS_AS(neg_log10_p_chi_squared(1, 0), ContractViolation);
}

}  // namespace
}  // namespace maniple

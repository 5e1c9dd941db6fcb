#include "maniple/stats/kaplan_meier.hpp"

#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

TEST_CASE("cumulative_incidence: product over event times, ties and censorings", "[stats]") {
    std::vector<double> const times{6, 6, 6, 6, 7, 9, 10, 10, 11, 13};
    std::vector<std::uint8_t> const is_event{1, 1, 1, 0, 1, 0, 1, 0, 0, 1};
    auto const free = (1 - 3.0 / 10) * (1 - 1.0 / 6) * (1 - 1.0 / 4);
    auto const found = cumulative_incidence(times, is_event, 12);
    CHECK(found.value == Approx(1 - free));
    auto const greenwood = 3.0 / 10 / 7 + 1.0 / 6 / 5 + 1.0 / 4 / 3;
    auto const error = std::sqrt(greenwood) / -std::log(free);
    CHECK(found.lower == Approx(1 - std::pow(free, std::exp(-1.959963984540054 * error))));
    CHECK(found.upper == Approx(1 - std::pow(free, std::exp(1.959963984540054 * error))));
    CHECK(cumulative_incidence(times, is_event, 6).value == Approx(0.3));
    CHECK(cumulative_incidence(times, is_event, 5.9).value == 0);
    CHECK(cumulative_incidence(times, is_event, 13).value == 1);
    CHECK(std::isnan(cumulative_incidence(times, is_event, 13).lower));
    CHECK(std::isnan(cumulative_incidence({}, {}, 1).value));
    CHECK_THROWS_AS(cumulative_incidence(times, {}, 1), ContractViolation);
}

}  // namespace
}  // namespace maniple

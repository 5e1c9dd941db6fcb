#include "maniple/stats/kaplan_meier.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/stats/random_stream.hpp"

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

TEST_CASE("incidence_curve: each horizon by itself, written out naively", "[stats]") {
    std::vector<double> times;
    std::vector<std::uint8_t> is_event;
    for (std::uint64_t r = 0; r < 90; ++r) {
        RandomStream random{7, Purpose::testing, r};
        times.push_back(std::ceil(20 * random.uniform()));
        is_event.push_back(random.uniform() < 0.4 ? 1 : 0);
    }
    std::vector<double> const horizons{0, 2.5, 6, 6, 13, 19.5, 30};
    auto const curve = incidence_curve(times, is_event, horizons);
    REQUIRE(curve.size() == horizons.size());
    for (std::size_t h = 0; h < horizons.size(); ++h) {
        double free = 1;
        double greenwood = 0;
        for (double time = 1; time <= std::min(20.0, horizons[h]); ++time) {
            double at_risk = 0;
            double events = 0;
            for (std::size_t s = 0; s < times.size(); ++s) {
                at_risk += times[s] >= time ? 1 : 0;
                events += times[s] == time && is_event[s] != 0 ? 1 : 0;
            }
            if (at_risk == 0) break;
            free *= 1 - events / at_risk;
            greenwood += events / (at_risk * (at_risk - events));
        }
        CHECK(curve[h].value == Approx(1 - free));
        if (free == 1) continue;
        auto const error = std::sqrt(greenwood) / -std::log(free);
        CHECK(curve[h].upper == Approx(1 - std::pow(free, std::exp(1.959963984540054 * error))));
    }
    CHECK_THROWS_AS(incidence_curve(times, is_event, std::vector<double>{2, 1}), ContractViolation);
}

}  // namespace
}  // namespace maniple

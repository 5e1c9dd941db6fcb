#include "maniple/stats/kaplan_meier.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/stats/predictor_order.hpp"

namespace maniple {

namespace {

Proportion describe(double free, double greenwood) {
    auto const unknown = std::numeric_limits<double>::quiet_NaN();
    if (!(free > 0 && free < 1)) return {1 - free, unknown, unknown};
    auto const log_free = portable_log(free);
    auto const error = std::sqrt(greenwood) / std::abs(log_free);
    auto const factor = portable_exp(normal_95() * error);
    return {1 - free, 1 - portable_exp(log_free / factor), 1 - portable_exp(log_free * factor)};
}

}  // namespace

std::vector<Proportion> incidence_curve(std::span<double const> times,
                                        std::span<std::uint8_t const> is_event,
                                        std::span<double const> horizons) {
    expect(times.size() == is_event.size(), "every sample has an event or none");
    expect(std::ranges::is_sorted(horizons), "horizons ascend");

    auto const unknown = std::numeric_limits<double>::quiet_NaN();
    if (times.empty()) return std::vector<Proportion>(horizons.size(), {unknown, unknown, unknown});
    PredictorOrder const order{times};
    auto const by = order.ascending();
    std::vector<Proportion> curve;
    double free = 1;
    double greenwood = 0;
    std::size_t first = 0;
    for (auto horizon : horizons) {
        while (first < by.size()) {
            auto const time = times[static_cast<std::size_t>(by[first])];
            if (time > horizon) break;
            auto const at_risk = static_cast<double>(by.size() - first);
            double events = 0;
            for (; first < by.size(); ++first) {
                auto const s = static_cast<std::size_t>(by[first]);
                if (times[s] != time) break;
                events += is_event[s] != 0 ? 1 : 0;
            }
            free *= 1 - events / at_risk;
            greenwood += events / (at_risk * (at_risk - events));
        }
        curve.push_back(describe(free, greenwood));
    }
    return curve;
}

Proportion cumulative_incidence(std::span<double const> times,
                                std::span<std::uint8_t const> is_event, double horizon) {
    return incidence_curve(times, is_event, std::span{&horizon, 1}).front();
}

}  // namespace maniple

#include "maniple/stats/kaplan_meier.hpp"

#include <cmath>
#include <limits>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/stats/predictor_order.hpp"

namespace maniple {

Proportion cumulative_incidence(std::span<double const> times,
                                std::span<std::uint8_t const> is_event, double horizon) {
    expect(times.size() == is_event.size(), "every sample has an event or none");

    auto const unknown = std::numeric_limits<double>::quiet_NaN();
    if (times.empty()) return {unknown, unknown, unknown};
    PredictorOrder const order{times};
    auto const by = order.ascending();
    double free = 1;
    double greenwood = 0;
    for (std::size_t first = 0; first < by.size();) {
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
    if (!(free > 0 && free < 1)) return {1 - free, unknown, unknown};
    auto const log_free = portable_log(free);
    auto const error = std::sqrt(greenwood) / std::abs(log_free);
    auto const factor = portable_exp(normal_95() * error);
    return {1 - free, 1 - portable_exp(log_free / factor), 1 - portable_exp(log_free * factor)};
}

}  // namespace maniple

#include "maniple/stats/censored_brier.hpp"

#include <limits>

#include "maniple/core/contract.hpp"

namespace maniple {

CensoredBrier censored_brier(std::span<double const> times, PredictorOrder const& by_time,
                             std::span<std::uint8_t const> is_event, std::span<double const> risk,
                             double horizon, Multiplicities copies) {
    expect(times.size() == is_event.size() && times.size() == risk.size() &&
               std::ssize(times) == by_time.samples(),
           "everybody has a time, an event or none, and a risk");
    expect(copies.empty() || copies.size() == times.size(), "everybody counts a number of times");

    auto const count = [&](std::size_t s) {
        return copies.empty() ? 1.0 : static_cast<double>(copies[s]);
    };
    auto const by = by_time.ascending();
    double people = 0;
    for (std::size_t s = 0; s < times.size(); ++s) people += count(s);
    double at_risk = people;
    double free = 1;
    double followed = 1;
    double sum = 0;
    std::size_t first = 0;
    while (first < by.size() && times[static_cast<std::size_t>(by[first])] <= horizon) {
        auto const time = times[static_cast<std::size_t>(by[first])];
        double events = 0;
        double censored = 0;
        for (; first < by.size(); ++first) {
            auto const s = static_cast<std::size_t>(by[first]);
            if (times[s] != time) break;
            if (count(s) == 0) continue;
            (is_event[s] != 0 ? events : censored) += count(s);
            if (is_event[s] != 0) sum += count(s) / followed * (1 - risk[s]) * (1 - risk[s]);
        }
        if (events > 0) free *= 1 - events / at_risk;
        if (censored > 0) followed *= 1 - censored / (at_risk - events);
        at_risk -= events + censored;
    }
    auto const unknown = std::numeric_limits<double>::quiet_NaN();
    if (people == 0 || (at_risk == 0 && free > 0)) return {unknown, unknown};
    for (; first < by.size(); ++first) {
        auto const s = static_cast<std::size_t>(by[first]);
        if (count(s) > 0) sum += count(s) / followed * risk[s] * risk[s];
    }
    return {sum / people, 1 - free};
}

}  // namespace maniple

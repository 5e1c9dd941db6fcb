#include "maniple/model/risk_sets.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "tilted_lanes.hpp"

namespace maniple {

RiskSets::RiskSets(std::span<SampleIndex const> samples, std::int64_t all,
                   std::span<double const> times, std::span<std::uint8_t const> is_event,
                   std::span<double const> predictor)
    : places_(static_cast<std::size_t>(all), -1), hazards_{pad_samples(std::ssize(samples))} {
    expect(times.size() == samples.size() && is_event.size() == samples.size() &&
               predictor.size() == samples.size(),
           "every sample has a time, an event or none, and a predictor");
    expect(std::ranges::none_of(times, [](double t) { return std::isnan(t); }),
           "every time is a number");
    expect(std::ranges::all_of(predictor, [](double x) { return std::isfinite(x); }),
           "every predictor is finite");
    expect(all < std::numeric_limits<std::int32_t>::max(), "fewer than 2^31 samples");

    std::vector<std::size_t> order(samples.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    // Events stand last among those of their time: at the end of those whom they face.
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        return times[a] != times[b] ? times[a] > times[b] : is_event[a] < is_event[b];
    });
    // Of those who face an event: others, however large, are no measure of theirs.
    double first_event = std::numeric_limits<double>::infinity();
    for (auto i : order) {
        if (is_event[i] != 0) first_event = std::min(first_event, times[i]);
    }
    double largest = -std::numeric_limits<double>::infinity();
    for (auto i : order) {
        if (times[i] >= first_event) largest = std::max(largest, predictor[i]);
    }
    for (auto i : order) {
        auto const place = std::ssize(by_time_);
        auto const sample = static_cast<std::int32_t>(samples[i].get());
        places_[samples[i].at()] = static_cast<std::int32_t>(place);
        hazards_[place] = times[i] >= first_event ? portable_exp(predictor[i] - largest) : 0;
        by_time_.push_back(sample);
        times_.push_back(times[i]);
        is_event_.push_back(is_event[i] != 0 ? 1 : 0);
    }
    find_event_times();
    face_events();
    auto const expected = expected_events();
    for (std::size_t k = 0; k < expected.size(); ++k) {
        if (expected[k] < least_expected) hazards_[static_cast<std::int64_t>(k)] = 0;
    }
}

RiskSets RiskSets::without(std::span<SampleIndex const> dropped) const {
    RiskSets rest;
    rest.places_ = places_;
    for (auto s : dropped) rest.places_[s.at()] = -1;
    rest.hazards_ = AlignedBuffer<double>{hazards_.size()};
    for (std::size_t place = 0; place < by_time_.size(); ++place) {
        auto& there = rest.places_[static_cast<std::size_t>(by_time_[place])];
        if (there < 0) continue;
        auto const kept = std::ssize(rest.by_time_);
        there = static_cast<std::int32_t>(kept);
        rest.hazards_[kept] = hazards_[static_cast<std::int64_t>(place)];
        rest.by_time_.push_back(by_time_[place]);
        rest.times_.push_back(times_[place]);
        rest.is_event_.push_back(is_event_[place]);
    }
    rest.find_event_times();
    rest.face_events();
    return rest;
}

void RiskSets::find_event_times() {
    for (std::size_t i = 0; i < times_.size();) {
        auto const first = i;
        std::int32_t deaths = 0;
        for (; i < times_.size() && times_[i] == times_[first]; ++i) deaths += is_event_[i];
        if (deaths > 0) event_times_.push_back({static_cast<std::int32_t>(i), deaths});
    }
}

void RiskSets::face_events() {
    std::int64_t events = 0;
    for (auto const& time : event_times_) events += time.deaths;
    inverse_ = AlignedBuffer<double>{events};
    double at_risk = 0;
    std::int64_t place = 0;
    std::int64_t event = 0;
    for (auto const& time : event_times_) {
        for (; place < time.at_risk - time.deaths; ++place) at_risk += hazards_[place];
        double dying = 0;
        for (; place < time.at_risk; ++place) dying += hazards_[place];
        at_risk += dying;
        for (std::int32_t l = 0; l < time.deaths; ++l) {
            double const share = static_cast<double>(l) / time.deaths;
            inverse_[event++] = 1 / (at_risk - share * dying);
        }
    }
}

std::vector<double> RiskSets::expected_events() const {
    std::vector<double> expected(by_time_.size());
    double cumulative = 0;
    auto event = inverse_.size();
    // Places from the shortest time on; nothing is expected before the first event.
    for (auto group = event_times_.size(); group-- > 0;) {
        auto const& time = event_times_[group];
        auto const next = group > 0 ? event_times_[group - 1].at_risk : 0;
        event -= time.deaths;
        double whole = 0;
        double of_dying = 0;
        for (std::int32_t l = 0; l < time.deaths; ++l) {
            double const share = static_cast<double>(l) / time.deaths;
            whole += inverse_[event + l];
            of_dying += (1 - share) * inverse_[event + l];
        }
        for (std::int64_t place = next; place < time.at_risk; ++place) {
            bool const dies = place >= time.at_risk - time.deaths;
            expected[static_cast<std::size_t>(place)] =
                hazards_[place] * (cumulative + (dies ? of_dying : whole));
        }
        cumulative += whole;
    }
    return expected;
}

std::int64_t RiskSets::most_bytes(std::int64_t all, std::int64_t events) {
    return 4 * all + 13 * all + 8 * pad_samples(all) + 16 * events;
}

std::int64_t RiskSets::bytes() const {
    return 4 * std::ssize(places_) + 13 * samples() + 8 * hazards_.size() + 8 * events() +
           8 * std::ssize(event_times_);
}

}  // namespace maniple

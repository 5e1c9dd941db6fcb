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

namespace {

// What lies between some places, which are in order.
template <class Values>
void copy_between(Values const& all, std::span<std::int32_t const> places, std::int64_t size,
                  Values& rest) {
    std::int64_t from = 0;
    std::int64_t to = 0;
    for (std::size_t k = 0; k <= places.size(); ++k) {
        std::int64_t const end = k < places.size() ? places[k] : size;
        std::copy_n(all.data() + from, end - from, rest.data() + to);
        to += end - from;
        from = end + 1;
    }
}

}  // namespace

RiskSets RiskSets::without(std::span<SampleIndex const> dropped) const {
    std::vector<std::int32_t> gone;
    for (auto s : dropped) {
        if (places_[s.at()] >= 0) gone.push_back(places_[s.at()]);
    }
    std::ranges::sort(gone);
    gone.erase(std::unique(gone.begin(), gone.end()), gone.end());
    auto const kept = by_time_.size() - gone.size();
    RiskSets rest;
    rest.by_time_.resize(kept);
    rest.times_.resize(kept);
    rest.is_event_.resize(kept);
    rest.hazards_ = AlignedBuffer<double>{hazards_.size()};
    copy_between(by_time_, gone, samples(), rest.by_time_);
    copy_between(times_, gone, samples(), rest.times_);
    copy_between(is_event_, gone, samples(), rest.is_event_);
    copy_between(hazards_, gone, samples(), rest.hazards_);
    rest.places_ = places_;
    for (auto place : gone) {
        rest.places_[static_cast<std::size_t>(by_time_[static_cast<std::size_t>(place)])] = -1;
    }
    for (auto place = gone.empty() ? kept : static_cast<std::size_t>(gone.front()); place < kept;
         ++place) {
        rest.places_[static_cast<std::size_t>(rest.by_time_[place])] =
            static_cast<std::int32_t>(place);
    }
    rest.event_times_ = event_times_without(gone);
    rest.face_events();
    return rest;
}

std::vector<EventTime> RiskSets::event_times_without(std::span<std::int32_t const> gone) const {
    std::vector<EventTime> rest;
    rest.reserve(event_times_.size());
    std::size_t before = 0;  // Of those gone.
    for (auto const& time : event_times_) {
        auto deaths = time.deaths;
        for (; before < gone.size() && gone[before] < time.at_risk; ++before) {
            if (gone[before] >= time.at_risk - time.deaths) --deaths;
        }
        if (deaths > 0) rest.push_back({time.at_risk - static_cast<std::int32_t>(before), deaths});
    }
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

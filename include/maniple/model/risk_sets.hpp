/// \file  Who is at risk when events happen, by the hazards of a null model.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/index.hpp"

namespace maniple {

/// Whoever expects fewer events than this has none, and no part in anything: one far from all
/// others in a covariate may have any effect on it and not be seen.
constexpr double least_expected = 1e-60;

/// Events of one time.
struct EventTime {
    std::int32_t at_risk;  ///< Samples, the first ones of RiskSets::by_time().
    std::int32_t deaths;   ///< The last ones of these.
};

/// Samples of one time-to-event trait, those with the longest times first.
///
/// Each event faces the samples at risk: whoever is censored at a time is at risk then. Of events
/// at one time each leaves before the next, by equal shares (Efron 1977): the one at place l of d
/// faces the sum of hazards at risk less l / d of the d samples' own.
class RiskSets {
public:
    RiskSets() = default;

    /// \param samples    positions in a cohort of `all` samples, ascending.
    /// \param times      one per entry of `samples`, as are the others.
    /// \param is_event   0: censored.
    /// \param predictor  log hazards.
    /// \pre   every time is a number; every predictor is finite; fewer than 2^31 samples
    RiskSets(std::span<SampleIndex const> samples, std::int64_t all, std::span<double const> times,
             std::span<std::uint8_t const> is_event, std::span<double const> predictor);

    /// The same without some samples, which may have no part in it anyway.
    RiskSets without(std::span<SampleIndex const> dropped) const;

    std::int64_t samples() const { return std::ssize(by_time_); }
    std::int64_t events() const { return inverse_.size(); }

    /// Positions in the cohort.
    std::span<std::int32_t const> by_time() const { return by_time_; }
    /// Per sample of the cohort: its place in by_time(), or -1.
    std::span<std::int32_t const> places() const { return places_; }
    std::span<double const> times() const { return times_; }              ///< Per place.
    std::span<std::uint8_t const> is_event() const { return is_event_; }  ///< Per place.
    /// Per place: hazard, relative to the largest at risk when an event happens. 0 in the padding
    /// to whole lanes, and for who faces no event or expects less than least_expected of them.
    AlignedBuffer<double> const& hazards() const { return hazards_; }
    /// From the last to the first.
    std::span<EventTime const> event_times() const { return event_times_; }
    /// Per event, in the order of event_times(): 1 / the hazards that it faces.
    std::span<double const> inverse_facing() const { return inverse_.span(); }

    /// Per place: events expected of the sample, hazard x cumulative baseline hazard over its time.
    /// Sums of genotype x (event - this) are the score of the partial likelihood.
    std::vector<double> expected_events() const;

    std::int64_t bytes() const;
    /// No less than that of any with these extents. \param all  samples of the cohort.
    static std::int64_t most_bytes(std::int64_t all, std::int64_t events);

private:
    void find_event_times();
    std::vector<EventTime> event_times_without(std::span<std::int32_t const> gone) const;
    void face_events();

    std::vector<std::int32_t> by_time_;
    std::vector<std::int32_t> places_;
    std::vector<double> times_;           // Per place,
    std::vector<std::uint8_t> is_event_;  // and these.
    AlignedBuffer<double> hazards_;
    std::vector<EventTime> event_times_;
    AlignedBuffer<double> inverse_;
};

}  // namespace maniple

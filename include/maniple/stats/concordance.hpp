/// \file  How well a predictor orders people by when an event happens to them.
#pragma once

#include <cstdint>
#include <span>

#include "maniple/stats/bootstrap.hpp"
#include "maniple/stats/predictor_order.hpp"

namespace maniple {

/// Pairs of samples of which it is known who had the event first.
struct ConcordanceCounts {
    std::int64_t concordant = 0;  ///< That one has the greater predictor.
    std::int64_t discordant = 0;  ///< The other one has.
    std::int64_t tied = 0;        ///< Both have the same.

    /// Harrell's C: concordant pairs, and half of the tied ones, as a share of all; NaN without
    /// any.
    double index() const;
};

/// Counts pairs in n log n. A pair is comparable where the one with the shorter time has an event.
/// Of two equal times, an event counts as earlier than a censoring; two events at the same time, or
/// two censorings, are no pair (as R's `survival::concordance`).
/// \param times        of event or censoring, one per sample.
/// \param is_event     0: censored.
/// \param multiplicity in a resample; a sample makes no pair with itself.
/// \pre   times and is_event have one value per sample, multiplicity too unless it is empty
/// \pre   no time is NaN
/// Threads: re-entrant.
/// Source: F. E. Harrell, K. L. Lee and D. B. Mark (1996), Stat. Med. 15, section 5.5.
ConcordanceCounts count_concordance(PredictorOrder const& order, std::span<double const> times,
                                    std::span<std::uint8_t const> is_event,
                                    Multiplicities multiplicity = {});

/// The same over times that were sorted once. \pre as above; by_time.samples() == order.samples()
ConcordanceCounts count_concordance(PredictorOrder const& order, PredictorOrder const& by_time,
                                    std::span<std::uint8_t const> is_event,
                                    Multiplicities multiplicity = {});

}  // namespace maniple

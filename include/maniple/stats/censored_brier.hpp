/// \file  How far predicted risks are from what happened, where not everybody was followed.
#pragma once

#include <cstdint>
#include <span>

#include "maniple/stats/bootstrap.hpp"
#include "maniple/stats/predictor_order.hpp"

namespace maniple {

struct CensoredBrier {
    double score = 0;      ///< Mean squared error of the risks; NaN where not determined.
    double mean_risk = 0;  ///< Share with the event by the horizon (Kaplan and Meier); likewise.
};

/// The Brier score at a time. Whoever is known to have had the event by then, or to be free of it,
/// stands for those who were censored before: weighed by the inverse of the chance of being
/// followed for so long (Kaplan and Meier's, of censoring; events come first among equal times).
///
/// Telling everybody `mean_risk` would have the score mean_risk (1 - mean_risk). Not determined
/// where the last of the people is censored before the horizon.
/// \param times     of event or censoring, ordered by `by_time`. \param is_event  0: censored.
/// \param risk      predicted, of an event by `horizon`.
/// \param copies    how often each person counts; empty: once.
/// \pre   all are equally long
/// Threads: re-entrant. Source: E. Graf, C. Schmoor, W. Sauerbrei and M. Schumacher (1999), Stat.
/// Med. 18, section 3.
CensoredBrier censored_brier(std::span<double const> times, PredictorOrder const& by_time,
                             std::span<std::uint8_t const> is_event, std::span<double const> risk,
                             double horizon, Multiplicities copies = {});

}  // namespace maniple

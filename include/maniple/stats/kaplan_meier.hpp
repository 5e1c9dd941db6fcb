/// \file  Who has had an event by some time, where not everybody was followed until then.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/stats/heterogeneity.hpp"

namespace maniple {

/// Share of people with the event by `horizon` (Kaplan and Meier), with Greenwood's variance and an
/// interval on the log-log scale; a share of 0 or 1 has no interval (NaN).
/// \param times     of event or censoring.
/// \param is_event  0: censored, which counts as later than an event at the same time.
/// \pre   times.size() == is_event.size(), no time is NaN
/// Threads: re-entrant. Source: E. L. Kaplan and P. Meier (1958), J. Am. Stat. Assoc. 53, equations
/// 2b and 3c; J. D. Kalbfleisch and R. L. Prentice (1980), section 1.3.
Proportion cumulative_incidence(std::span<double const> times,
                                std::span<std::uint8_t const> is_event, double horizon);

/// The same at several horizons, in one pass. \pre as above; horizons ascend
std::vector<Proportion> incidence_curve(std::span<double const> times,
                                        std::span<std::uint8_t const> is_event,
                                        std::span<double const> horizons);

}  // namespace maniple

/// \file  How well one number follows another one in a straight line.
#pragma once

#include <span>

#include "maniple/stats/bootstrap.hpp"

namespace maniple {

/// Squared correlation: the share of the variance of `a` that a straight line in `b` explains. NaN
/// where either does not vary.
///
/// Two passes in sample order: equal input gives equal bits, and a large mean does no harm.
/// \param times  how often each sample counts; empty: once.
/// \pre   a.size() == b.size(); times is empty or as long; no value is NaN
/// Threads: re-entrant.
double squared_correlation(std::span<double const> a, std::span<double const> b,
                           Multiplicities times = {});

}  // namespace maniple

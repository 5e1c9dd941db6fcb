/// \file  The chi-squared distribution, out to tails that a double cannot hold.
#pragma once

#include <cstdint>

namespace maniple {

/// -log10 of the probability that a chi-squared variable exceeds `statistic`. Infinity gives
/// infinity, NaN gives NaN. Relative accuracy 1e-12, also where p is near 1 or below the smallest
/// double.
/// \pre   statistic >= 0 or NaN
/// \pre   degrees_of_freedom > 0
/// Threads: re-entrant. The same bits on every instruction set.
/// Source: Abramowitz and Stegun (1964), 6.5.29 (series) and 6.5.31 (continued fraction).
double neg_log10_p_chi_squared(double statistic, std::int64_t degrees_of_freedom);

}  // namespace maniple

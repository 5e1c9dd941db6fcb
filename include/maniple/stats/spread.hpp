/// \file  Mean and standard deviation of numbers of any size.
#pragma once

#include <span>

namespace maniple {

struct Spread {
    double mean = 0;
    double standard_deviation = 0;  ///< Divided by the number of values, not one less.
    bool is_constant = true;        ///< But for the rounding of the mean.
};

/// Sums are of values times a power of two, so that squares of 1e160 and of 1e-200 are numbers,
/// too. \pre no value is NaN. Threads: re-entrant.
Spread spread_of(std::span<double const> values);

}  // namespace maniple

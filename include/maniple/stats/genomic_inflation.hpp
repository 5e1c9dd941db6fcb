/// \file  Genomic control.
#pragma once

#include <span>

namespace maniple {

/// lambda GC: the median chi-squared statistic (one degree of freedom) that belongs to these
/// -log10 p-values, divided by the median of that distribution. Around 1 for well-behaved tests.
///
/// NaN values are left out; without any other value the result is NaN. An even number of values
/// takes the mean of the two middle statistics. Copies its input once.
/// \pre   no value is negative
/// Threads: re-entrant. Source: B. Devlin and K. Roeder (1999).
double genomic_inflation(std::span<float const> neg_log10_p);

}  // namespace maniple

/// \file  Tails of Student's t distribution, out to p-values that a double cannot hold.
#pragma once

#include <span>

namespace maniple {

/// -log10 of the two-sided p-value of `t`. Infinite t gives infinity, NaN gives NaN.
///
/// Relative accuracy 1e-12 for 1 to 1e7 degrees of freedom and any t, also where p is near 1
/// or below the smallest double. The same bits on every instruction set.
/// \pre   degrees_of_freedom > 0 and finite, unless t is NaN
/// Threads: re-entrant. Does not allocate.
/// Source: G. W. Hill (1970), Algorithm 396, Student's t-quantiles, the expansion that gives
/// the equivalent normal deviate; elsewhere the continued fraction of the incomplete beta
/// function (Abramowitz and Stegun 26.5.8) and the series of Gauss's function (15.1.1).
double neg_log10_p_student_t(double t, double degrees_of_freedom);

/// The same for whole arrays: `result[i]` has the bits of
/// `neg_log10_p_student_t(t[i], degrees_of_freedom[i])`, wherever i is.
///
/// Several elements at once where there are more than about 51 degrees of freedom and -log10 p is
/// under about 0.06 times their number; one by one, many times slower, elsewhere.
/// \pre   t.size() == degrees_of_freedom.size() and t.size() == result.size()
/// \pre   the result overlaps neither argument
/// \pre   degrees of freedom > 0 and finite, except where t is NaN
/// Threads: re-entrant. Does not allocate.
void neg_log10_p_student_t(std::span<double const> t, std::span<double const> degrees_of_freedom,
                           std::span<double> result);

/// The same with one number of degrees of freedom for all.
/// \pre   t.size() == result.size(), and the result does not overlap `t`
/// \pre   degrees_of_freedom > 0 and finite, unless every t is NaN
/// Threads: re-entrant. Does not allocate.
void neg_log10_p_student_t(std::span<double const> t, double degrees_of_freedom,
                           std::span<double> result);

/// The t that bounds the middle 95% of the distribution: 1.96 and more. NaN without degrees of
/// freedom. Relative accuracy 1e-12.
/// Threads: re-entrant.
double student_t_95(double degrees_of_freedom);

}  // namespace maniple

/// \file  The normal distribution, out to tails that a double cannot hold.
#pragma once

namespace maniple {

/// -log10 of the two-sided p-value of a standard normal `z`. Infinite z gives infinity, NaN gives
/// NaN. Relative accuracy 1e-13, also where p is near 1 or below the smallest double.
/// Threads: re-entrant. Source: W. J. Cody (1969), rational approximations of erf and erfc.
double neg_log10_p_normal(double z);

/// The |z| whose two-sided -log10 p is `neg_log10_p`; infinity gives infinity, NaN gives NaN.
/// Relative accuracy 1e-12.
/// \pre   neg_log10_p >= 0 or NaN
/// Threads: re-entrant.
double normal_from_neg_log10_p(double neg_log10_p);

/// The chi-squared statistic with one degree of freedom whose upper tail has this -log10 p:
/// the square of `normal_from_neg_log10_p`.
/// \pre   neg_log10_p >= 0 or NaN
/// Threads: re-entrant.
double chi_squared_1df_from_neg_log10_p(double neg_log10_p);

/// The z below which a standard normal falls with this probability; 0 and 1 give the infinities.
/// \pre   0 <= probability <= 1, or NaN
/// Threads: re-entrant.
double normal_quantile(double probability);

}  // namespace maniple

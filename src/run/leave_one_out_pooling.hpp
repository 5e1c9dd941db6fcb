/// \file  From the levels that were left out to a level that nobody has seen.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "leave_one_out_report.hpp"

namespace maniple {

/// Of each metric the levels' mean, the interval for a new level where there are three or more,
/// Cochran's Q, tau^2 and I^2, all with random effects (pool_random_effects). Differences of two
/// metrics are pooled by themselves.
///
/// Estimates are pooled on a scale on which they are nearly normal, with standard errors by the
/// delta method: ratios as logarithms; AUC and C-index as log odds (K. I. E. Snell, J. Ensor, T. P.
/// A. Debray, K. G. M. Moons and R. D. Riley 2018, Stat. Methods Med. Res. 27); R^2, the square of
/// a (multiple) correlation, as Fisher's z of its root, whose variance does not depend on it (I.
/// Olkin and J. D. Finn 1995, Psychol. Bull. 118, for the variance of R^2); all others as they are.
/// An estimate at the end of its scale is left out.
std::vector<EvaluationRow> pool_levels(std::string const& column,
                                       std::vector<JudgedLevel> const& levels);

/// "log odds", "logarithm", "Fisher's z" or "as it is": what a metric is pooled as.
std::string_view pooling_scale(std::string_view metric);

}  // namespace maniple

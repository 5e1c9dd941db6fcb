/// \file  Do groups of people differ in a statistic?
#pragma once

#include <cstdint>
#include <span>

namespace maniple {

/// A number with the uncertainty of sampling.
struct Estimate {
    double value = 0;
    double standard_error = 0;
};

struct Heterogeneity {
    double statistic = 0;  ///< Q; NaN with fewer than two groups.
    std::int64_t degrees_of_freedom = 0;
    double neg_log10_p = 0;  ///< That groups with one true value differ so much.
};

/// Cochran's Q: squared distances of independent groups from their mean, each weighed by the
/// inverse of its variance; chi-squared with groups - 1 degrees of freedom where all have the same
/// true value. Groups whose estimate or standard error is not finite, or that have none, are left
/// out. Threads: re-entrant. Source: W. G. Cochran (1954), Biometrics 10, section 4.
Heterogeneity cochran_q(std::span<Estimate const> groups);

/// Mean of independent groups, each weighed by the inverse of its variance: the one true value that
/// fits them best (a fixed effect). Groups are left out as in cochran_q; NaN where none is left.
/// Threads: re-entrant.
Estimate pool_fixed_effect(std::span<Estimate const> groups);

/// Shares of independent people, with Wilson's interval.
struct Proportion {
    double value = 0;  ///< NaN of nobody.
    double lower = 0;
    double upper = 0;
};

/// 95% interval that also holds for few people and for shares near 0 and 1.
/// \pre   0 <= count <= total
/// Source: E. B. Wilson (1927), J. Am. Stat. Assoc. 22.
Proportion wilson_interval(std::int64_t count, std::int64_t total);

/// What a 95% interval is made of: 1.96.
double normal_95();

}  // namespace maniple

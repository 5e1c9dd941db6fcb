/// \file  The person-level bootstrap: what would have come out with other people of the same kind.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace maniple {

/// How often each sample stands in a resample; empty: once.
using Multiplicities = std::span<std::uint32_t const>;

/// Draw as many samples as there are, with replacement: how often each was drawn.
///
/// Depends on the three numbers and on the count of samples alone, so that any rank or thread may
/// make any replicate.
/// \param stratum  which people, e.g. a checksum of a group's name: other people, other draws.
/// \param times    is overwritten; one per sample.
/// \pre   0 < times.size() < 2^32
/// Threads: re-entrant. Source: B. Efron (1979), Ann. Stat. 7.
void draw_resample(std::uint64_t seed, std::uint64_t replicate, std::uint64_t stratum,
                   std::span<std::uint32_t> times);

/// What the replicates of one statistic say of it.
struct BootstrapSummary {
    double lower = 0;            ///< 2.5% percentile; NaN with fewer than two replicates.
    double upper = 0;            ///< 97.5% percentile.
    double standard_error = 0;   ///< Standard deviation of the replicates.
    std::int64_t defined = 0;    ///< Replicates that have a value, which the others rest on.
    std::int64_t undefined = 0;  ///< NaN, for instance a resample without cases.
};

/// Percentile interval (linear between order statistics, as R's `quantile` type 7).
/// Source: B. Efron and R. J. Tibshirani (1993), An introduction to the bootstrap, section 13.3.
BootstrapSummary summarize_replicates(std::vector<double> replicates);

/// The value below which this share of the sorted values lies, linear between them; NaN without
/// any. \pre 0 <= share <= 1; values ascend
double quantile_of_sorted(std::span<double const> values, double share);

}  // namespace maniple

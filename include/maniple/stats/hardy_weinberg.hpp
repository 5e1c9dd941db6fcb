/// \file  Test of Hardy-Weinberg equilibrium.
#pragma once

#include <cstdint>

namespace maniple {

/// Counts of the three genotypes of one variant.
struct HardyWeinbergCounts {
    std::int64_t homozygous_reference = 0;
    std::int64_t heterozygous = 0;
    std::int64_t homozygous_alternate = 0;
};

/// p-value of the exact test: the probability, given the allele counts, of a number of
/// heterozygotes no more likely than the one observed (no mid-p). 1 where there is only one allele
/// or nobody. Below the smallest double it is 0: `hardy_weinberg_neg_log10_p` goes on.
///
/// Time is proportional to the distance of the observed number from the most likely one, plus the
/// root of the number of people.
/// \pre   no count is negative
/// Threads: re-entrant. Does not allocate.
/// Source: J. E. Wigginton, D. J. Cutler and G. R. Abecasis (2005), equations 1 and 2.
double hardy_weinberg_p(HardyWeinbergCounts counts);

/// -log10 of the same p-value, without limit.
/// \pre   no count is negative
/// Threads: re-entrant. Does not allocate.
double hardy_weinberg_neg_log10_p(HardyWeinbergCounts counts);

}  // namespace maniple

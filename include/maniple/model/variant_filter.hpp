/// \file  Which variants are worth a test, judged on the samples analysed.
#pragma once

#include "maniple/genotype/kernels.hpp"
#include "maniple/model/test_status.hpp"

namespace maniple {

/// Limits; the defaults let every variant pass.
struct VariantFilter {
    double min_maf = 0;      ///< Smallest minor allele frequency, 0 to 0.5.
    double min_mac = 0;      ///< Smallest minor allele count.
    double max_missing = 1;  ///< Largest share of samples without a genotype, 0 to 1.
    double min_hwe_p = 0;    ///< Smallest p of the exact Hardy-Weinberg test, 0 to 1.

    friend bool operator==(VariantFilter const&, VariantFilter const&) = default;
};

/// `ok`, or the first limit that `counts` (over one trait's samples) breaks, in the order of the
/// fields: maf, mac, missing, hwe. A variant without any genotype breaks only max_missing.
TestStatus apply_filter(VariantFilter const& filter, GenotypeCounts const& counts);

}  // namespace maniple

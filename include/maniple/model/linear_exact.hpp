/// \file  One regression in double precision from the rows themselves.
#pragma once

#include <cstdint>

#include "maniple/genotype/packed_block.hpp"
#include "maniple/model/linear_null.hpp"
#include "maniple/model/linear_scan.hpp"
#include "maniple/model/test_status.hpp"

namespace maniple {

/// Numbers of one variant and trait; NaN unless status is ok.
struct ExactTest {
    double beta;            ///< Change of the trait per ALT allele.
    double standard_error;  ///< Of beta.
    double neg_log10_p;     ///< Two-sided.
    TestStatus status;
};

/// Beta, standard error, p and status of one variant and trait, by orthogonalising against the
/// covariates in double precision. Costs samples x covariates^2: for rows in which sums of squares
/// would cancel.
///
/// \param mean  ALT alleles per called sample of the trait.
/// \pre   the trait's samples have a genotype that varies
ExactTest regress_exactly(LinearNull const& null, NullTrait const& trait, PackedView genotypes,
                          LocalVariantIndex variant, MissingGenotype missing, double mean);

}  // namespace maniple

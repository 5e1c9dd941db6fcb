/// \file  One regression in double precision from the rows themselves.
#pragma once

#include "maniple/model/linear_scan.hpp"

namespace maniple {

/// Beta, standard error, p and status of one variant and trait, by orthogonalising against the
/// covariates in double precision. Costs samples x covariates^2: for rows in which sums of squares
/// would cancel. `alternate_frequency` and `samples` are left as they are in `test`.
///
/// \pre   the trait's samples have a genotype that varies
LinearTest regress_exactly(LinearNull const& null, NullTrait const& trait, PackedView genotypes,
                           LocalVariantIndex variant, MissingGenotype missing, LinearTest test);

}  // namespace maniple

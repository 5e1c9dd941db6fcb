/// \file  One pass over the genotypes for the residuals of all problems of a fit.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "maniple/genotype/packed_block.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/model/variant_filter.hpp"
#include "maniple/run/genotype_pass.hpp"
#include "maniple/run/top_variants.hpp"

namespace maniple {

/// One problem's residuals at any number of its solutions.
struct ScreenedProblem {
    SampleMask const* samples = nullptr;  ///< That take part.
    /// Each has one value per sample of the cohort, 0 for those that take no part.
    std::vector<std::span<double const>> residuals;
    /// Chosen variants that are not looked at, because they may enter already; ascending.
    std::vector<std::int64_t> known;
};

/// Which variants are looked at.
struct ScreenFilter {
    VariantFilter limits;
    SampleMask const* samples = nullptr;  ///< On whom the limits are judged.
};

/// Which variants of a block the filter lets pass.
std::vector<bool> passing_variants(ScreenFilter const& filter, PackedView genotypes);

/// Columns are all residuals of all problems, in order.
struct Screening {
    /// Per column: variants with the largest absolute gradients, those known left out.
    std::vector<std::vector<RankedVariant>> top;
    std::int64_t filtered = 0;  ///< Variants that the filter leaves out.
};

/// Collective. The result is rank zero's; elsewhere it is empty.
/// \param most  variants of each column's list. \pre problems is not empty, most > 0
Screening screen(GenotypePasses& passes, std::span<ScreenedProblem const> problems,
                 ScreenFilter const& filter, std::int64_t most);

}  // namespace maniple

/// \file  Gradients of penalised models by every variant of a block, many models in one pass.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/index.hpp"
#include "maniple/core/matrix_view.hpp"
#include "maniple/genotype/dosage_product.hpp"
#include "maniple/genotype/kernels.hpp"
#include "maniple/genotype/packed_block.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/linalg/fixed_point.hpp"
#include "maniple/linalg/row_moments.hpp"

namespace maniple {

/// What makes a variant's genotypes have mean 0 and variance 1 (divisor: all samples, a missing
/// genotype being the mean).
struct Standardisation {
    double mean = 0;        ///< ALT alleles per called sample; 0 where there is none.
    double inverse_sd = 0;  ///< Per ALT allele; 0 where genotypes do not vary.
};

Standardisation standardisation_of(GenotypeCounts const& counts);

/// Dense columns that standardised genotypes are multiplied with.
struct StandardisedColumns {
    FixedPointMatrix const& values;  ///< samples x columns; 0 outside of the column's sample set.
    std::span<std::size_t const> sample_sets;  ///< Of each column: a position in a list of sets.
    SampleMask const& samples;                 ///< All sets together: outside, all values are 0.
};

/// Memory of one thread, reused from block to block.
class ScreenWorkspace {
public:
    /// \param columns   of a product, at the most.
    /// \param variants  of a block, at the most.
    ScreenWorkspace(std::int64_t samples, std::int64_t columns, std::int64_t variants);

    static std::int64_t bytes(std::int64_t samples, std::int64_t columns, std::int64_t variants);

private:
    friend void multiply_standardised(PackedView, StandardisedColumns const&,
                                      MatrixView<Standardisation const>, ScreenWorkspace&,
                                      MatrixView<double>);
    friend void screen_block(PackedView, StandardisedColumns const&, std::span<SampleMask const>,
                             ScreenWorkspace&, MatrixView<double>);

    ProductWorkspace product_;
    AlignedBuffer<std::int64_t> sums_;  // columns x variants
    std::vector<SampleIndex> missing_;
    RowMoments moments_;
    std::vector<Standardisation> standardisations_;
};

/// products(c, v) = sum over the samples of column c's set of x_vs values(s, c), x being the
/// genotypes standardised over that set, a missing one 0.
///
/// Sums are exact integers: a product's bits depend on its variant and column alone.
/// \param standardisations  sets x variants.
/// \param products          columns x variants; overwritten. 0 where genotypes do not vary.
/// \pre   genotypes, columns and workspace have the same samples
/// \pre   extents fit the workspace and each other
/// Serial and re-entrant with a workspace of its own.
void multiply_standardised(PackedView genotypes, StandardisedColumns const& columns,
                           MatrixView<Standardisation const> standardisations,
                           ScreenWorkspace& workspace, MatrixView<double> products);

/// Gradients of models by all variants of a block, from the models' residuals
/// (`ElasticNet::residuals`): gradients(c, v) = sum_s x_vs residual_sc / samples of c's set.
///
/// Bits are those that `ElasticNet` itself works with.
/// \param residuals  one column per model.
/// \param sets       who takes part; columns refer to them. None is empty.
/// \param gradients  columns x variants; overwritten. 0 where genotypes do not vary.
/// \pre   as for multiply_standardised
void screen_block(PackedView genotypes, StandardisedColumns const& residuals,
                  std::span<SampleMask const> sets, ScreenWorkspace& workspace,
                  MatrixView<double> gradients);

}  // namespace maniple

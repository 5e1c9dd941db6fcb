/// \file  Gradients of all variants for the residuals of many fits at once: who may enter a model,
/// and whether anybody was left out who must.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/matrix_view.hpp"
#include "maniple/genotype/dosage_product.hpp"
#include "maniple/genotype/packed_block.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/linalg/fixed_point.hpp"

namespace maniple {

/// One problem's residuals at any number of its solutions.
struct ScreenedResiduals {
    SampleMask const* samples = nullptr;  ///< That take part. Outlives the screen.
    /// Each has one value per sample of the cohort, 0 for those that take no part.
    std::vector<std::span<double const>> residuals;
};

/// Residuals of several problems in fixed point: a column for each, in the order given.
class GradientScreen {
public:
    /// \pre   problems and their residuals are not empty; all have as many samples
    explicit GradientScreen(std::span<ScreenedResiduals const> problems);

    std::int64_t columns() const { return columns_.columns(); }
    std::int64_t samples() const { return columns_.samples(); }

    /// Memory that one thread needs; reused from block to block.
    class Workspace {
    public:
        /// For blocks of at most `variants`.
        Workspace(GradientScreen const& screen, std::int64_t variants);

    private:
        friend class GradientScreen;
        ProductWorkspace product_;
        AlignedBuffer<std::int64_t> sums_;   // columns x variants
        std::vector<std::int64_t> missing_;  // of one variant, by column
        std::vector<SampleIndex> missing_from_;
    };

    /// gradients(c, v) = sum_s x_vs residual_s / samples, x being the genotype standardised over
    /// the problem's samples (mean 0, variance 1 with divisor `samples`), 0 where it is missing; 0
    /// for variants that do not vary there.
    ///
    /// Sums over samples are exact, so that equal bits come from every instruction set.
    /// \param gradients  columns() x genotypes.variants(), overwritten.
    /// \pre   genotypes.samples() == samples(); the workspace has room for its variants
    /// Re-entrant; threads use workspaces of their own.
    void gradients(PackedView genotypes, Workspace& work, MatrixView<double> gradients) const;

private:
    struct Problem {
        SampleMask const* samples;
        double count;
        std::int64_t first_column;
        std::int64_t columns;
    };

    void sum_missing(PackedView genotypes, LocalVariantIndex v, Workspace& work) const;

    std::vector<Problem> problems_;
    SampleMask anybody_;  // Samples of any problem.
    FixedPointMatrix columns_;
};

}  // namespace maniple

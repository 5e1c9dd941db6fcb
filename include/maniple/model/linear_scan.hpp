/// \file  Linear regression of traits on the variants of one block.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "maniple/core/matrix_view.hpp"
#include "maniple/genotype/packed_block.hpp"
#include "maniple/model/linear_null.hpp"
#include "maniple/model/test_status.hpp"
#include "maniple/model/variant_filter.hpp"

namespace maniple {

/// What a missing genotype counts as.
enum class MissingGenotype {
    mean,  ///< The mean of the trait's own samples that have a genotype.
    drop,  ///< Nothing: the regression is that on the samples that remain.
};

/// Results of a run of variants: traits x variants, but where said. Rows may be longer than the
/// run.
struct LinearTests {
    MatrixView<double> beta;           ///< Change of the trait per ALT allele.
    MatrixView<float> standard_error;  ///< Of beta.
    MatrixView<float> neg_log10_p;     ///< Two-sided. These three are NaN unless status is ok.
    MatrixView<std::uint8_t> status;   ///< TestStatus.
    /// Patterns of missing values x variants: ALT frequency in the pattern's samples; NaN where no
    /// sample has a genotype.
    MatrixView<float> alternate_frequency;
    /// Patterns x variants: samples in the regression (with `drop`: with a genotype).
    MatrixView<std::int32_t> samples;
};

/// Memory of one thread, reused from block to block.
class LinearWorkspace {
public:
    /// For blocks of at most `block_variants` variants.
    LinearWorkspace(LinearNull const& null, MissingGenotype missing, std::int64_t block_variants);
    LinearWorkspace(LinearWorkspace&&) noexcept;
    LinearWorkspace& operator=(LinearWorkspace&&) noexcept;
    ~LinearWorkspace();

    static std::int64_t bytes(LinearNull const& null, MissingGenotype missing,
                              std::int64_t block_variants);

    /// The same before there is a null model. No less than `bytes` of any with these extents.
    /// \param columns  of all designs. \param covariates  of any design, at the most.
    /// \param lacking  samples that a pattern lacks, at the most.
    static std::int64_t most_bytes(std::int64_t samples, std::int64_t columns,
                                   std::int64_t covariates, std::int64_t traits,
                                   std::int64_t lacking, MissingGenotype missing,
                                   std::int64_t block_variants);

    struct Buffers;

private:
    friend class BlockScan;
    std::unique_ptr<Buffers> buffers_;
};

/// Test every trait of `null` against the chosen variants of a block.
///
/// U = g'y - (Q'g)'(Q'y), S = g'g - |Q'g|^2, beta = U / S, sigma^2 = (y'y - U^2 / S) / df,
/// df = samples - rank(Q) - 1 (the theorem of Frisch and Waugh 1933, Econometrica 1, and Lovell
/// 1963, JASA 58). With `drop`, Q'Q, Q'y and y'y are down-dated by the samples without a genotype.
/// Sums of genotypes are exact integers; rows in which covariates explain nearly all of the
/// genotype, or the variant nearly all of the trait, are computed again in double precision from
/// residuals, where no digits cancel. A row's numbers depend on neither its neighbours nor the
/// instruction set.
///
/// \param rows    variants of the block to test, ascending.
/// \param tests   views with a column per row; overwritten.
/// \pre   genotypes.samples() == null.samples()
/// \pre   tests' views have a row per trait, or per pattern, of `null`
/// \pre   the workspace was made for `null` and `missing`
/// Serial and re-entrant with a workspace of its own.
void scan_block(LinearNull const& null, PackedView genotypes,
                std::span<LocalVariantIndex const> rows, MissingGenotype missing,
                VariantFilter const& filter, LinearWorkspace& workspace, LinearTests const& tests);

}  // namespace maniple

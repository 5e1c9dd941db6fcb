/// \file  Linear regression of traits on the variants of one block.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/matrix_view.hpp"
#include "maniple/genotype/dosage_product.hpp"
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

/// Result of one variant and one trait.
struct LinearTest {
    double beta;                 ///< Change of the trait per ALT allele; NaN unless status is ok.
    double standard_error;       ///< Of beta; NaN unless status is ok.
    double neg_log10_p;          ///< Two-sided; NaN unless status is ok.
    double alternate_frequency;  ///< ALT frequency in the trait's samples; NaN if none is called.
    std::int64_t samples;        ///< In the regression (with `drop`: with a genotype).
    TestStatus status;
};

/// Results of a run of variants: traits x variants, but where said. Rows may be longer than the
/// run.
struct LinearTests {
    MatrixView<double> beta;                ///< As in LinearTest.
    MatrixView<float> standard_error;       ///< As in LinearTest.
    MatrixView<float> neg_log10_p;          ///< As in LinearTest.
    MatrixView<std::uint8_t> status;        ///< TestStatus.
    MatrixView<float> alternate_frequency;  ///< Patterns of missing values x variants.
    MatrixView<std::int32_t> samples;       ///< Patterns of missing values x variants.
};

/// Memory of one thread, reused from block to block.
class LinearWorkspace {
public:
    /// For blocks of at most `block_variants` variants.
    LinearWorkspace(LinearNull const& null, std::int64_t block_variants);

    static std::int64_t bytes(LinearNull const& null, std::int64_t block_variants);

private:
    friend class BlockScan;
    ProductWorkspace product_;
    std::vector<std::int64_t> sums_;
    std::vector<SampleIndex> missing_room_;  // For samples without a genotype: one each.
    std::vector<SampleIndex> absent_;        // Of one pattern, without a genotype.
    std::vector<std::int64_t> absent_sums_;  // Their integers, per value of the pattern's layout.
    std::vector<double> absent_rows_;        // Their rows in the pattern's layout.
    std::vector<double> products_;           // Q'(Q, Y) without them.
    std::vector<double> factor_;
    std::vector<std::int64_t> covariate_sums_;
    std::vector<double> projection_;  // Q'g, then inverse(factor) Q'g.
    std::vector<double> trait_projection_;
};

/// Test every trait of `null` against the chosen variants of a block.
///
/// U = g'y - (Q'g)'(Q'y), S = g'g - |Q'g|^2, beta = U / S, sigma^2 = (y'y - U^2 / S) / df,
/// df = samples - rank(Q) - 1 (the theorem of Frisch and Waugh 1933, Econometrica 1, and Lovell
/// 1963, JASA 58). With `drop`, Q'Q, Q'y and y'y are down-dated by the rows without a genotype.
/// Sums over samples are exact integers; rows in which covariates explain nearly all of the
/// genotype, or the variant nearly all of the trait, are computed again in double precision from
/// residuals, where no digits cancel.
///
/// \param rows    variants of the block to test, ascending.
/// \param tests   rows.size() x traits, row-major, overwritten.
/// \pre   genotypes.samples() == null.samples()
/// \pre   tests.size() == rows.size() * traits
/// Serial and re-entrant with a workspace of its own.
void scan_block(LinearNull const& null, PackedView genotypes,
                std::span<LocalVariantIndex const> rows, MissingGenotype missing,
                VariantFilter const& filter, LinearWorkspace& workspace,
                std::span<LinearTest> tests);

/// The same, into arrays. \pre tests' views have a row per trait or pattern and a column per row.
void scan_block(LinearNull const& null, PackedView genotypes,
                std::span<LocalVariantIndex const> rows, MissingGenotype missing,
                VariantFilter const& filter, LinearWorkspace& workspace, LinearTests const& tests);

}  // namespace maniple

/// \file  Level 0 of stacked ridge regression: what each block of variants alone predicts.
///
/// After Mbatchou et al. 2021 (Nature Genetics 53:1097). Ridge regressions of every trait on the
/// variants of one block, for some heritabilities and leaving out each fold of the samples in turn,
/// predict the samples that were left out. Level 1 regresses on these predictors.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/core/matrix_view.hpp"
#include "maniple/genotype/packed_block.hpp"
#include "maniple/model/covariate_basis.hpp"

namespace maniple {

/// Which regressions are wanted of a design.
enum class LevelZeroFits {
    folds,      ///< Those that leave out a fold each.
    everybody,  ///< Those that leave out nobody.
};

struct LevelZeroSettings {
    std::int64_t variants = 0;  ///< Of all blocks together.
    std::int64_t folds = 5;
    /// Each in (0, 1); the penalty is variants * (1 - h) / h.
    std::vector<double> heritabilities{0.01, 0.25, 0.5, 0.75, 0.99};
    LevelZeroFits fits = LevelZeroFits::folds;
    /// Error of the regressions of traits that lack a few samples, as a share of their solutions.
    double tolerance = 1e-5;
};

/// What one block adds to a score of each trait. Of a person with g ALT alleles of each variant and
/// the row q of the basis, it is the sum of weights * (g - mean) over variants, less the sum of
/// slopes * q. A missing genotype counts as the mean.
struct BlockScores {
    std::vector<double> weights;  ///< traits x variants; 0 for variants that were dropped.
    std::vector<double> means;    ///< Per variant: ALT alleles of a called genotype of the base.
    std::vector<double> slopes;   ///< traits x columns of the basis: its share in the genotypes.
};

/// Samples, folds, covariates and traits, as all blocks need them. Immutable; threads share it.
///
/// The base are the samples of the covariates' basis. A trait that lacks some of them takes part
/// with those it has, exactly, whatever other traits there are.
class LevelZeroDesign {
public:
    /// \param base       intercept and covariates.
    /// \param cohort     samples in a row of genotypes.
    /// \param folds      one per sample of the base, 0 to settings.folds - 1; each has samples,
    ///                   which ascend. Predictors are written fastest where a fold's samples
    ///                   are neighbours in the base.
    /// \param residuals  one per trait, one value per sample of the base: what covariates leave of
    ///                   it over its own samples; NaN where the trait has no value.
    /// \pre   settings.folds >= 2, settings.variants >= 1, the extents agree
    LevelZeroDesign(CovariateBasis const& base, std::int64_t cohort,
                    std::span<std::int32_t const> folds,
                    std::span<std::span<double const> const> residuals, LevelZeroSettings settings);
    ~LevelZeroDesign();
    LevelZeroDesign(LevelZeroDesign&&) noexcept;
    LevelZeroDesign& operator=(LevelZeroDesign&&) noexcept;

    std::int64_t samples() const;  ///< Of the base.
    std::int64_t traits() const;
    std::int64_t predictors() const;  ///< Of one block: traits * heritabilities.

    struct State;
    State const& state() const { return *state_; }

private:
    std::unique_ptr<State const> state_;
};

/// Most variants of a block.
inline constexpr std::int64_t most_ridge_variants = 2048;

/// The regressions of one block after the other, and the memory they need. One per thread.
class BlockRidge {
public:
    /// \param design  outlives this object.
    explicit BlockRidge(LevelZeroDesign const& design);
    ~BlockRidge();
    BlockRidge(BlockRidge&&) noexcept;
    BlockRidge& operator=(BlockRidge&&) noexcept;

    /// Predict every trait from these variants.
    ///
    /// Genotypes are standardised on the base: a missing one counts as the mean of those called,
    /// intercept and covariates are projected out, then the SD is 1. Variants are dropped whose SD
    /// is then below 2e-6, or of whose variance covariates leave less than 1e-6 of its own.
    /// Fits and predictions are those of the remaining ones.
    ///
    /// \param rows        the block's variants.
    /// \param predictors  traits * heritabilities rows (the heritabilities of a trait follow each
    ///                    other), wherever each is, of one value per sample of the base;
    ///                    overwritten. Over a trait's samples the mean is 0 and the SD is 1
    ///                    (squares add up to samples - 1), elsewhere it is 0. All 0 where the
    ///                    prediction does not vary.
    /// \param deviations  the SD of each before it was standardised, 0 where it does not vary;
    ///                    overwritten. Empty: not asked for.
    /// \return how many variants were dropped.
    /// \pre   genotypes has the design's cohort; 1 <= rows.size() <= most_ridge_variants
    /// \pre   there are design.predictors() rows, and as many deviations or none
    /// \pre   the design is for LevelZeroFits::folds
    /// Equal bits on every instruction set, whatever other traits there are.
    std::int64_t predict(PackedView genotypes, std::span<LocalVariantIndex const> rows,
                         std::span<float* const> predictors, std::span<double> deviations = {});

    /// Regress every trait on these variants with all its samples, and add up the weights of its
    /// heritabilities.
    ///
    /// \param rows          as above; genotypes are standardised in the same way.
    /// \param coefficients  of each predictor, in the order of `predict`'s, before it is
    ///                      standardised.
    /// \pre   genotypes has the design's cohort; 1 <= rows.size() <= most_ridge_variants
    /// \pre   there are design.predictors() coefficients
    /// \pre   the design is for LevelZeroFits::everybody
    /// Equal bits on every instruction set, whatever other traits there are.
    BlockScores weigh(PackedView genotypes, std::span<LocalVariantIndex const> rows,
                      std::span<double const> coefficients);

    struct State;

private:
    std::unique_ptr<State> state_;
};

}  // namespace maniple

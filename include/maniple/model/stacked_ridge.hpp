/// \file  Level 1 of the whole-genome regression: one trait on the predictors of all blocks.
///
/// Stacked ridge regression (Mbatchou et al. 2021, Nature Genetics 53:1097, Methods, "Stacking").
/// For each penalty and each fold a ridge regression is fitted to the samples outside the fold;
/// the penalty with the least loss over all samples, each predicted by the fit without its fold, is
/// chosen. The predictions of a sample, leave-one-chromosome-out (LOCO) ones too, are made with
/// these same coefficients of the fit without its fold, as REGENIE's K-fold mode does; no fit to
/// all samples takes part in them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/matrix_view.hpp"
#include "maniple/model/regression_design.hpp"
#include "maniple/trait/score_description.hpp"

namespace maniple {

/// Ridge penalties that give the predictors together these shares of the variance:
/// columns (1 - h2) / h2, and 3 / pi^2 times that for a binary trait, whose residual variance on
/// the scale of log odds is pi^2 / 3. Source: Mbatchou et al. 2021, and REGENIE from 1.0.6.8 on for
/// the factor and for quantitative traits, for which it took columns / h2 before.
/// \pre   each heritability is between 0 and 1; the outcome is quantitative or binary
std::vector<double> stacked_penalties(Outcome outcome, std::int64_t columns,
                                      std::span<double const> heritabilities);

/// What level 1 reads. Everything outlives the call.
struct StackedData {
    /// columns x samples, finite; of similar size, for they share the penalty. What stands there
    /// for samples that take no part has no influence.
    MatrixView<float const> predictors;
    std::span<std::int32_t const> contigs;  ///< Of each column; equal ones stand together.
    std::span<std::int32_t const> folds;    ///< Of each sample: 0 to fold_count - 1,
                                            ///< or -1: takes no part, e.g. lacks the trait.
    std::int64_t fold_count = 5;
    std::span<double const> penalties;  ///< Positive.
};

/// How the fits with one penalty predict the samples that they have not seen.
struct StackedLoss {
    double squared_error = 0;   ///< Mean; of case status (0, 1) and its probability where binary.
    double log_likelihood = 0;  ///< Mean, of binary traits; else 0.
    double r_squared = 0;       ///< Squared correlation; NaN where either does not vary.
};

/// One trait's level 1.
struct StackedFit {
    /// ok, too_few_samples (none), one_class or not_converged; unless ok, all below is zero.
    FitStatus status = FitStatus::ok;
    std::vector<StackedLoss> losses;  ///< One per penalty.
    /// Position of the penalty with the least squared error, or the largest log likelihood; the
    /// first of equal ones.
    std::int64_t chosen = 0;

    std::vector<double> fold_coefficients;  ///< folds x columns: of the fit without the fold.
    std::vector<double> coefficients;       ///< Of a fit to all samples, for scores of others.

    std::vector<std::int32_t> contigs;  ///< Those of the columns, in order.
    /// contigs x samples: the prediction from the columns of all other contigs. Log odds without
    /// the offset where binary; 0 for samples that take no part.
    std::vector<double> loco;
    std::vector<double> whole;  ///< Per sample: the prediction from all columns.
    /// Calibration slope of a binary trait: the coefficient of `whole` in a logistic regression
    /// with an intercept and the offset, at least 0; 1 where there is none, or the trait is
    /// quantitative. A penalty that fits best makes predictions whose spread is too small for an
    /// offset.
    double slope = 1;

    std::span<double const> loco_of(std::int64_t contig) const {
        return std::span{loco}.subspan(static_cast<std::size_t>(contig) * whole.size(),
                                       whole.size());
    }
};

/// A quantitative trait, residualised on its covariates and scaled.
/// \param trait  one per sample; not read for samples that take no part.
/// \pre   sizes agree; folds are -1 to fold_count - 1, of which there are two or more; penalties
///        are positive and there is one; contigs stand together
/// Serial; equal bits on every instruction set.
StackedFit fit_stacked_ridge(StackedData const& data, std::span<double const> trait);

/// A binary trait: logistic regression with the covariates' linear predictor as offset, and
/// penalty / 2 |coefficients|^2 less than the log likelihood. A fold's optimum exists whatever its
/// cases, for the coefficients are penalised and nothing else is fitted.
/// \param is_case  0 or 1 per sample. \param offset  log odds per sample; neither is read for
///        samples that take no part.
/// \pre   as fit_stacked_ridge
/// Serial; equal bits on every instruction set.
StackedFit fit_stacked_logistic(StackedData const& data, std::span<std::uint8_t const> is_case,
                                std::span<double const> offset);

}  // namespace maniple

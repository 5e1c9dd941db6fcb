/// \file  Sums over samples that logistic ridge regressions of one trait need, for many fits in one
/// pass over the predictors.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/model/stacked_ridge.hpp"
#include "stacked_parts.hpp"

namespace maniple {

/// One of the fits that share a pass.
struct LogisticFit {
    std::int64_t place = 0;     ///< Of its weights.
    std::int32_t left_out = 0;  ///< This fold's samples take no part; fold_count: none is left out.
    double log_likelihood = 0;  ///< Set by evaluate(): of the samples that take part,
    PredictionSums held_out;    ///< and how well the fold that is left out is predicted.
};

class LogisticPasses {
public:
    /// \param places  fits whose weights are kept at a time.
    LogisticPasses(StackedData const& data, std::span<std::uint8_t const> is_case,
                   std::span<double const> offset, std::int64_t places);

    /// Likelihoods, weights (risk times one less risk) and gradients of the log likelihood at
    /// `coefficients`. \param coefficients, gradients  fits x columns, one row per fit.
    void evaluate(std::span<LogisticFit> fits, MatrixView<double const> coefficients,
                  MatrixView<double> gradients);

    /// result = X' W X directions, with the weights of the fits' latest evaluate().
    void multiply(std::span<LogisticFit const> fits, MatrixView<double const> directions,
                  MatrixView<double> result) const;

    /// How well each fit predicts the fold that it leaves out.
    std::vector<PredictionSums> judge(std::span<LogisticFit const> fits,
                                      MatrixView<double const> coefficients) const;

    /// X' W X with the weights of the offset alone, over all samples that take part: lower
    /// triangle.
    void add_null_curvature(MatrixView<double> matrix);

    std::int64_t cases() const { return cases_; }
    std::int64_t controls() const { return controls_; }

private:
    static constexpr std::int64_t block = 512;  // Samples; some of a thousand columns fit a cache.

    struct Block {
        std::int64_t first;
        std::int64_t count;
    };
    Block next_block(std::int64_t first) const;
    void evaluate(LogisticFit& fit, Block samples, double* predictor);
    void judge(LogisticFit const& fit, Block samples, double const* predictor,
               PredictionSums& sums) const;
    MatrixView<float const> predictors(Block samples) const;
    double* weights(std::int64_t place, std::int64_t sample) const;

    StackedData const& data_;
    std::int64_t stride_;  // Of what is kept per sample: whole blocks.
    std::int64_t cases_ = 0;
    std::int64_t controls_ = 0;
    std::vector<double> offset_;
    std::vector<double> sign_;
    mutable AlignedBuffer<double> weights_;
};

}  // namespace maniple

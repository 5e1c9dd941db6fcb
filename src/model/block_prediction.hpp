// What the regressions on one block predict for samples.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "block_standard.hpp"
#include "level_zero_design.hpp"
#include "maniple/genotype/score_product.hpp"

namespace maniple {

// Memory of predictions; reused.
struct PredictionWorkspace {
    ScoreWorkspace scores;
    std::vector<double> allele_weights;  // scores x variants
    std::vector<std::int64_t> sums;
    std::vector<double> row;
    std::vector<float> values;
};

// What the regressions that left out a fold predict for its samples. Reused.
class BlockPrediction {
public:
    // genotypes: of the fold; must last as long as predictions are wanted.
    // weights: scores x variants, of standardised genotypes.
    void assign(PackedView genotypes, BlockStandard const& standard,
                MatrixView<double const> weights, PredictionWorkspace& workspace);

    // Overwrite predictions[score][position] of the fold's chunk of score_chunk samples; none where
    // there is no such chunk.
    void predict(std::int64_t chunk, RidgeFold const& fold, PredictionWorkspace& workspace,
                 std::span<float* const> predictions) const;

private:
    std::int64_t scores_ = 0;
    std::int64_t width_ = 0;  // Scores, padded.
    std::int64_t rank_ = 0;
    ScoreTile tile_;
    std::vector<std::span<std::uint64_t const>> rows_;
    std::vector<double> scales_;
    std::vector<double> units_;
    std::vector<double> constants_;  // What the means add up to.
    std::vector<double> slopes_;     // rank x width: of the basis.
};

// Give a predictor mean 0 and SD 1 over the samples that are not lacked, and 0 elsewhere.
// Returns the SD that it had, 0 where it does not vary.
double standardise(std::span<std::int64_t const> lacked, std::span<float> predictor);

}  // namespace maniple

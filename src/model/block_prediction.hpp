// What the regressions on one block predict for samples.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "block_standard.hpp"
#include "level_zero_design.hpp"
#include "maniple/genotype/score_product.hpp"

namespace maniple {

// Predictions of samples that the regressions left out. Reused.
class BlockPrediction {
public:
    // weights: scores x variants, of standardised genotypes; predictions(score, position) of the
    // fold's samples are overwritten.
    void predict(PackedView genotypes, RidgeFold const& fold, BlockStandard const& standard,
                 MatrixView<double const> weights, MatrixView<float> predictions);

private:
    // Turn weights of standardised genotypes into those of alleles.
    void assign_weights(BlockStandard const& standard, MatrixView<double const> weights,
                        MissingShare missing);
    // The values of some samples where they belong.
    void write(std::span<std::int64_t const> positions, MatrixView<float> predictions) const;

    std::int64_t scores_ = 0;
    std::int64_t width_ = 0;  // Scores, padded.
    ScoreTile tile_;
    ScoreWorkspace workspace_;
    std::vector<double> allele_weights_;  // scores x variants
    std::vector<double> scales_;
    std::vector<double> units_;
    std::vector<double> constants_;  // What the means add up to.
    std::vector<double> slopes_;     // rank x width: of the basis.
    std::vector<std::int64_t> sums_;
    std::vector<double> row_;
    std::vector<float> values_;
};

// Give each predictor mean 0 and SD 1 over the samples that are not lacked, and 0 elsewhere.
void standardise(std::span<std::int64_t const> lacked, std::span<float> predictor);

}  // namespace maniple

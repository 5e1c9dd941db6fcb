/// \file  models/<name>.h5: polygenic scores, ready to be computed, explained and exported.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "maniple/genotype/score_weights.hpp"
#include "maniple/trait/score_description.hpp"

namespace maniple {

/// Whom a model was trained on.
struct TrainingSamples {
    std::uint64_t fingerprint = 0;  ///< Of the cohort's samples; 0: not known (imported weights).
    std::vector<bool> is_used;      ///< One per sample of that cohort; empty where not known.
    /// Keyed hashes of the IDs of the samples used, ascending: finds them in another cohort.
    std::vector<std::uint64_t> hashed_ids;
};

/// Everything that a model file holds.
struct ScoreModel {
    std::string genome_build;  ///< "GRCh37", "GRCh38", or empty where not known.
    std::string source;        ///< Command line or file name it came from, without folders.
    ScoreWeights weights;
    std::vector<ScoreDescription> scores;  ///< One per ScoreWeights::scores, same order.
    TrainingSamples training;
};

}  // namespace maniple

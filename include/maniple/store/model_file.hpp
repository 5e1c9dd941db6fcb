/// \file  models/<name>.h5: polygenic scores, ready to be computed, explained and exported.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "maniple/core/durable_file.hpp"
#include "maniple/genotype/score_weights.hpp"
#include "maniple/trait/score_description.hpp"
#include "maniple/trait/training_samples.hpp"

namespace maniple {

/// Everything that a model file holds.
struct ScoreModel {
    std::string genome_build;  ///< "GRCh37", "GRCh38", or empty where not known.
    std::string source;        ///< Command line or file name it came from, without folders.
    ScoreWeights weights;
    std::vector<ScoreDescription> scores;  ///< One per ScoreWeights::scores, same order.
    TrainingSamples training;
};

/// Write `path` in one step (temporary name, fsync, rename). Its folder is made where the store has
/// none yet, with the store's permissions. Equal models give equal bytes. Attributes: `kind`
/// "maniple score model", `version`, `genome_build`, counts, the fingerprints of the cohort trained
/// on (0: not known) and of its split (0: none), checksums of description and weights.
///
/// Datasets, one row per score: `score_id`, `score_trait`, `score_reported_trait`, `score_outcome`
/// (code of Outcome), `score_method`, `score_variants` (weights that are not zero),
/// `score_training_samples`, `score_training_cases`, `score_iterations`, `score_flags` (1
/// converged, 2 recalibrated) and the float64 numbers of ScoreDescription: `score_offset`,
/// `score_intercept`, `score_penalty`, `score_mixing`, `score_heritability`,
/// `score_validation_performance`, `score_largest_violation`, `recalibration_intercept`,
/// `recalibration_slope`; then `recalibration_samples`. Covariates of all scores: `covariate_score`
/// (position in score_id), `covariate_id`, `covariate_coefficient`. Baseline hazards:
/// `baseline_score`, `baseline_time`, `baseline_hazard`. Training: `training_is_used` (one per
/// sample of the cohort), `training_hash`. One row per variant: `variant_contig` (position in
/// `contig_id`), `variant_position`, `variant_id`, `variant_effect_allele`, `variant_other_allele`,
/// `effect_allele_frequency`. Weights, variant by variant, without zeros
/// (scipy.sparse.csr_matrix((weight, weight_score, weight_start)) is variants x scores):
/// `weight_start` (variants + 1), `weight_score`, `weight`. `source`: one text.
///
/// \pre scores, weights.scores and rows of weights.weights are equally many, names agree and are
///      unique; variants as many as columns; what a description lists per name is as long as its
///      names; training is one `describe_training` made, or not known
/// \throws EnvironmentError, also where the file exists and `existing` is refuse.
void write_model(std::filesystem::path const& path, ScoreModel const& model, ExistingFile existing);

/// As `write_model`, up to giving the file its name: that is left to `commit`.
DurableFile prepare_model(std::filesystem::path const& path, ScoreModel const& model);

/// \throws UserError where the file holds simulated effects instead; EnvironmentError where it
///         cannot be opened; CorruptInput where it is damaged or none of ours.
ScoreModel read_model(std::filesystem::path const& path);

/// What a model file says of itself; weights and variants are not read.
struct ModelSummary {
    std::string genome_build;
    std::string source;
    std::int64_t variants = 0;
    std::vector<ScoreDescription> scores;
    std::vector<std::int64_t> score_variants;  ///< Per score: weights that are not zero.
    std::uint64_t training_fingerprint = 0;    ///< Of the cohort trained on; 0: not known.
    std::uint64_t split_fingerprint = 0;       ///< As in TrainingSamples.
};

/// \throws as read_model.
ModelSummary summarize_model(std::filesystem::path const& path);

/// What a file of models/ is.
enum class ModelKind { score, simulated_effects };

/// \throws EnvironmentError where it cannot be opened; CorruptInput where it is neither.
ModelKind find_model_kind(std::filesystem::path const& path);

/// models/<name>.h5 of a store. \throws UserError where there is none, naming those there are.
std::filesystem::path find_model(std::filesystem::path const& store, std::string const& name);

/// Where a model of that name belongs.
/// \throws UserError when the name cannot be a file's name, or the store has such a model and
///         `existing` is refuse.
std::filesystem::path place_model(std::filesystem::path const& store, std::string const& name,
                                  ExistingFile existing);

}  // namespace maniple

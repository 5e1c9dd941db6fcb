/// \file  Whole-genome regression: what the rest of the genome predicts of each trait.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/model/variant_filter.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/kept_state.hpp"
#include "maniple/run/model_choice.hpp"
#include "maniple/run/sample_choice.hpp"
#include "maniple/run/trait_counts.hpp"
#include "maniple/run/variant_choice.hpp"
#include "maniple/store/predictor_file.hpp"

namespace maniple {

/// How samples are shared out into folds.
enum class FoldsBy {
    hash,        ///< Of seed and sample ID; relatives fall into different folds too.
    families,    ///< By a hash too, families together: what a fold shows holds for strangers.
    contiguous,  ///< In the order of the store, as REGENIE does.
};

/// What is said of samples and traits before a regression begins.
enum class Introduction {
    full,
    none,  ///< Who asks for it has said it already.
};

/// What a regression is for.
enum class GenomeUse {
    offsets,  ///< Predictions without each contig.
    scores,   ///< Weights of the variants, for people who took no part.
};

/// Stacked ridge regression (Mbatchou et al. 2021, Nature Genetics 53:1097): model/block_ridge.hpp,
/// then model/stacked_ridge.hpp.
struct WholeGenomeRequest {
    std::filesystem::path store;
    std::vector<std::string> traits;
    std::vector<std::string> among;  ///< Labels: others of these are left out. Empty: none are.
    std::vector<std::string> covariates;
    /// Of level 1: predictions by logistic models are log odds. Level 0 is linear all the same.
    ModelChoice model = ModelChoice::by_type;
    std::int64_t fewest_cases = 10;  ///< Traits of logistic models need as many, and controls.
    Introduction introduction = Introduction::full;
    SampleFiles samples;
    VariantFiles variants;              ///< That predict.
    VariantFilter filter;               ///< For these.
    std::int64_t block_variants = 512;  ///< Of one ridge regression of level 0.
    /// That set the penalties of both levels, each in (0, 1).
    std::vector<double> heritabilities{0.01, 0.25, 0.5, 0.75, 0.99};
    std::int64_t folds = 5;
    FoldsBy folds_by = FoldsBy::hash;
    std::uint64_t seed = 1;
    GenomeUse use = GenomeUse::offsets;
    int threads = 1;
    std::int64_t memory = 0;   ///< That a rank may use [bytes],
    std::int64_t resting = 0;  ///< and what it holds before it begins.
    /// For what does not fit the memory: a file of each rank, removed at the end. Empty: none.
    std::filesystem::path scratch;
};

/// Where predictors go, and the work of a run that is stopped on the way.
struct WholeGenomePlaces {
    std::filesystem::path predictors;  ///< predictors.h5.
    std::filesystem::path progress;    ///< A folder; made when there is something to keep.
};

/// What became of one trait.
struct PredictedTrait {
    std::string name;
    TraitCounts counts;
    TraitPrediction how;
};

/// What a regression made, and of what.
struct WholeGenomeResult {
    std::vector<PredictedTrait> traits;  ///< On the root.
    PlanFacts facts;                     ///< That decide the predictors.
};

/// Fit, and write predictions of every trait for each contig left out to a file
/// (store/predictor_file.hpp). A trait's predictions do not depend on the other traits, nor on
/// ranks, threads, memory, and interruptions.
///
/// What an interrupted run of the same request left in the folder of its progress is taken from
/// there: all predictions, or the traits whose level 1 was done; and blocks of level 0 where they
/// are in a scratch file. The folder is left to whoever made the predictions' file part of
/// something finished. Collective over comm. \throws UserError where a trait cannot be fitted, no
/// variant is left, the memory does not suffice, or the interrupted run was of another request;
/// Error with ExitCode::stopped; CorruptInput; EnvironmentError.
WholeGenomeResult fit_whole_genome(WholeGenomeRequest const& request,
                                   WholeGenomePlaces const& places, mpi::Communicator const& comm,
                                   Log& log);

/// WholeGenomeResult::facts without a fit, for one rank. \throws as fit_whole_genome.
PlanFacts whole_genome_facts(WholeGenomeRequest const& request);

}  // namespace maniple

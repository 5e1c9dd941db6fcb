/// \file  Polygenic scores from the whole-genome regression. Private to this module.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/run/fit_plan.hpp"
#include "maniple/run/genotype_pass.hpp"
#include "maniple/run/ridge_model.hpp"
#include "maniple/run/scan_report.hpp"
#include "maniple/store/model_file.hpp"

namespace maniple {

/// What level 1 found of a trait.
struct StackedOutcome {
    double heritability = 0;  ///< That sets the penalty of level 1.
    /// R^2 or AUC of covariates and score in samples that neither level had seen; the covariates'
    /// coefficients are those of all.
    double performance = 0;
    double r_squared = 0;  ///< Of the score alone with what covariates leave of the trait.
    std::int64_t cases = 0;
};

/// Of all traits.
struct StackedScores {
    RidgeScores ridge;                     ///< In the order of traits.
    std::vector<StackedOutcome> outcomes;  ///< The same.
    std::int64_t variants = 0;             ///< That vary and pass the filters,
    std::int64_t blocks = 0;               ///< in so many blocks.
};

/// Explain what it will take: memory, exchange and time. Collective over comm. \throws UserError as
/// fit_stacked_scores where that is known before any work.
void plan_stacked_scores(FitPlan const& plan, mpi::Communicator const& comm, Log& log);

/// Stacked ridge regression (Mbatchou et al. 2021) of every trait of the plan, and its weights: of
/// a variant the sum, over heritabilities, of the coefficient that level 1 fitted to all samples
/// gives the block's predictor and the variant's coefficient in level 0 fitted to all samples.
/// Covariates' coefficients are those of a regression without genotypes, less the share that the
/// score has in them.
///
/// A trait's score depends neither on the other traits nor on ranks, threads and interruptions.
/// \param progress  the root's: a folder for level 1 of the traits that are done, which a later run
///                  goes on from; left to the caller.
/// Collective over the ranks of `passes`; the result is rank zero's. \throws UserError where a
/// trait cannot be fitted, no variant is left, the memory does not suffice or the folder is of
/// another fit; Error with ExitCode::stopped; CorruptInput; EnvironmentError.
StackedScores fit_stacked_scores(FitPlan const& plan, GenotypePasses& passes,
                                 std::filesystem::path const& progress, Log& log);

/// For rank zero.
ScoreModel make_stacked_model(FitPlan const& plan, StackedScores const& scores,
                              GenotypePasses& passes);

/// A line for each trait.
void describe_stacks(FitPlan const& plan, StackedScores const& scores, Log& log);

/// fit.json: plan, results, hosts and times. \throws EnvironmentError.
void write_stacked_report(std::filesystem::path const& folder, FitPlan const& plan,
                          StackedScores const& scores, RunRecord const& record);

}  // namespace maniple

/// \file  From solved ridge regressions to the model that a store keeps, and what people are told.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/run/fit_plan.hpp"
#include "maniple/run/genotype_pass.hpp"
#include "maniple/run/ridge_state.hpp"
#include "maniple/run/scan_report.hpp"
#include "maniple/store/model_file.hpp"

namespace maniple {

/// One trait's score.
struct RidgeScore {
    CovariateModel covariates;
    std::vector<std::string> collinear;
    std::int64_t samples = 0;
    double offset = 0;
    std::vector<double> weights;      ///< Per chosen variant and ALT allele.
    std::vector<double> frequencies;  ///< Per chosen variant: ALT allele, in the score's samples.
    std::int64_t variants = 0;        ///< Weights that are not zero.
};

/// Of all traits.
struct RidgeScores {
    std::vector<RidgeScore> scores;  ///< In the order of traits.
};

/// Weights from solutions, in one pass over the genotypes for each 64 traits. Collective; the
/// result is rank zero's.
RidgeScores weigh_variants(FitPlan const& plan, RidgeState const& state, GenotypePasses& passes);

bool has_converged(FitPlan const& plan, RidgeStep const& step);

/// For rank zero.
ScoreModel make_ridge_model(FitPlan const& plan, RidgeState const& state, RidgeScores const& scores,
                            GenotypePasses& passes);

/// The same without what describes each score: variants, weights, and who was trained on.
ScoreModel assemble_model(FitPlan const& plan, RidgeScores const& scores, GenotypePasses& passes);

/// One or two lines for each trait, with warnings where a fit is not what was hoped for.
void describe_ridges(FitPlan const& plan, RidgeState const& state, RidgeScores const& scores,
                     Log& log);

/// path.tsv: each heritability that was tried. fit.json: plan, results, hosts and times; it comes
/// last. \throws EnvironmentError.
void write_ridge_report(std::filesystem::path const& folder, FitPlan const& plan,
                        RidgeState const& state, RidgeScores const& scores,
                        RunRecord const& record);

}  // namespace maniple

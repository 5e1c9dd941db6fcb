#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "fit_record.hpp"
#include "maniple/core/readable.hpp"
#include "stacked_scores.hpp"
#include "told_json.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

// Genotypes are counted, predicted from, and weighed.
constexpr std::int64_t genotype_passes = 3;

ScoreDescription describe_score(FitTrait const& trait, RidgeScore const& score,
                                StackedOutcome const& outcome) {
    return {.name = trait.label,
            .trait = trait.label,
            .reported_trait = {},
            .outcome = trait.outcome,
            .method = to_string(FitMethod::stacked_ridge),
            .offset = score.offset,
            .covariates = score.covariates,
            .baseline = {},
            .training_samples = score.samples,
            .training_cases = outcome.cases,
            .heritability = outcome.heritability,
            .validation_performance = outcome.performance,
            .recalibration = {}};
}

}  // namespace

ScoreModel make_stacked_model(FitPlan const& plan, StackedScores const& scores,
                              GenotypePasses& genotypes) {
    auto model = assemble_model(plan, scores.ridge, genotypes);
    for (std::size_t t = 0; t < plan.traits().size(); ++t) {
        model.scores.push_back(
            describe_score(plan.traits()[t], scores.ridge.scores[t], scores.outcomes[t]));
    }
    return model;
}

void describe_stacks(FitPlan const& plan, StackedScores const& scores, Log& log) {
    log.note(
        fmt::format("scores: {} variants in {}", scores.variants, plural(scores.blocks, "block")));
    for (std::size_t t = 0; t < plan.traits().size(); ++t) {
        auto const& trait = plan.traits()[t];
        auto const& score = scores.ridge.scores[t];
        auto const& outcome = scores.outcomes[t];
        log.note(fmt::format(
            "  {}: {} variants, {} samples, penalty of heritability {}; {} {:.4f} in the folds "
            "with covariates, R^2 {:.4f} without",
            trait.label, score.variants, score.samples, outcome.heritability,
            performance_name(trait.outcome), outcome.performance, outcome.r_squared));
        if (score.collinear.empty()) continue;
        log.note(fmt::format("    covariates left out as collinear: {}",
                             fmt::join(score.collinear, ", ")));
    }
}

void write_stacked_report(std::filesystem::path const& folder, FitPlan const& plan,
                          StackedScores const& scores, RunRecord const& record) {
    auto traits = Json::array();
    for (std::size_t t = 0; t < plan.traits().size(); ++t) {
        auto const& trait = plan.traits()[t];
        auto const& score = scores.ridge.scores[t];
        auto const& outcome = scores.outcomes[t];
        traits.push_back(
            {{"trait", trait.label},
             {"heritability", outcome.heritability},
             {"performance", performance_name(trait.outcome)},
             {"validation", number_or_null(outcome.performance)},
             {"score_r_squared", number_or_null(outcome.r_squared)},
             {"variants", score.variants},
             {"samples", score.samples},
             {"cases", told_or_null(told_cases(trait.outcome, score.samples, outcome.cases))},
             {"collinear_covariates", score.collinear}});
    }
    write_fit_record(folder, plan,
                     {.filtered = plan.variants() - scores.variants,
                      .passes = genotype_passes,
                      .traits = traits},
                     record);
}

}  // namespace maniple

#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "fit_record.hpp"
#include "maniple/run/ridge_model.hpp"
#include "maniple/run/text_file.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

std::string path_row(FitPlan const& plan, RidgeStep const& step, char const* stage) {
    auto const& problem = plan.problems()[step.problem];
    return fmt::format(
        "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{:.3g}\n", plan.traits()[problem.trait].label,
        problem_name(problem), stage, step.heritability, number_or_na(step.penalty), step.variants,
        number_or_na(step.training), number_or_na(step.validation), step.iterations, step.residual);
}

Json describe_trait(FitPlan const& plan, std::size_t t, RidgeTrait const& trait,
                    RidgeScore const& score) {
    Json described{{"trait", plan.traits()[t].label},
                   {"heritability", trait.chosen.heritability},
                   {"penalty", trait.chosen.penalty},
                   {"estimate", Json{}},
                   {"performance", "R^2"},
                   {"validation", trait.performance ? number_or_null(*trait.performance) : Json{}},
                   {"training", number_or_null(trait.chosen.training)},
                   {"variants", score.variants},
                   {"samples", score.samples},
                   {"collinear_covariates", score.collinear},
                   {"largest_residual", trait.chosen.residual},
                   {"converged", has_converged(plan, trait.chosen)},
                   {"iterations", trait.chosen.iterations}};
    if (trait.estimate) {
        described["estimate"] = {
            {"heritability", number_or_null(trait.estimate->value)},
            {"standard_error", number_or_null(trait.estimate->standard_error)}};
    }
    return described;
}

std::string describe_choice(FitPlan const& plan, RidgeTrait const& trait) {
    auto const value = fmt::format("heritability {:.3g}", trait.chosen.heritability);
    auto const& request = plan.request();
    if (request.heritability) return value + " as asked for";
    if (!trait.performance) {
        auto const estimated = trait.estimate->value;
        return value +
               (estimated == trait.chosen.heritability
                    ? ""
                    : fmt::format(" (the estimate {:.3g} is outside of 0.01 to 0.99)", estimated));
    }
    return value + (request.validate == ValidateBy::folds ? ", the best in the folds"
                                                          : ", the best in validation samples");
}

}  // namespace

void describe_ridges(FitPlan const& plan, RidgeState const& state, RidgeScores const& scores,
                     Log& log) {
    log.note(fmt::format("scores: {} passes over the genotypes", state.passes));
    for (std::size_t t = 0; t < scores.scores.size(); ++t) {
        auto const& trait = state.traits[t];
        auto const& score = scores.scores[t];
        auto const& label = plan.traits()[t].label;
        log.note(fmt::format(
            "  {}: {} variants, {} samples, {}{}", label, score.variants, score.samples,
            describe_choice(plan, trait),
            trait.performance ? fmt::format(" (R^2 {:.4f})", *trait.performance) : std::string{}));
        log.note(fmt::format("    penalty {:.4g}, {} iterations, residual {:.1e}",
                             trait.chosen.penalty, trait.chosen.iterations, trait.chosen.residual));
        if (!score.collinear.empty()) {
            log.note(fmt::format("    covariates left out as collinear: {}",
                                 fmt::join(score.collinear, ", ")));
        }
        if (!has_converged(plan, trait.chosen)) {
            log.warn(fmt::format(
                "trait '{}' has not converged (the relative residual is {:.1e}, not {:.1e}); its "
                "model says so",
                label, trait.chosen.residual, plan.request().ridge.tolerance));
        }
    }
}

void write_ridge_report(std::filesystem::path const& folder, FitPlan const& plan,
                        RidgeState const& state, RidgeScores const& scores,
                        RunRecord const& record) {
    std::string path =
        "trait\tfit\tstage\theritability\tpenalty\tvariants\ttraining\tvalidation\titerations\t"
        "residual\n";
    auto traits = Json::array();
    for (std::size_t t = 0; t < scores.scores.size(); ++t) {
        auto const& trait = state.traits[t];
        for (auto const& step : trait.judged) path += path_row(plan, step, "judged");
        path += path_row(plan, trait.chosen, "chosen");
        traits.push_back(describe_trait(plan, t, trait, scores.scores[t]));
    }
    replace_text(folder / "path.tsv", path);
    write_fit_record(folder, plan,
                     {.filtered = state.filtered,
                      .passes = state.passes,
                      .traits = traits,
                      .tables = {"path.tsv"}},
                     record);
}

}  // namespace maniple

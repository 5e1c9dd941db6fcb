#include "maniple/run/fit_report.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "fit_record.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/run/penalty_choice.hpp"
#include "maniple/run/text_file.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

void write_path(std::filesystem::path const& file, FitPlan const& plan, FitState const& state) {
    DurableFile written{file};
    TextFile out{written.temporary()};
    out.text = "trait\tfit\tstep\tpenalty\tvariants\ttraining\tvalidation\tviolation";
    out.end_line();
    for (std::size_t p = 0; p < state.problems.size(); ++p) {
        auto const& problem = plan.problems()[p];
        std::int64_t k = 0;
        for (auto const& step : state.problems[p].steps) {
            out.text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{:.3g}",
                                    plan.traits()[problem.trait].label, problem_name(problem), ++k,
                                    step.penalty, step.size, number_or_na(step.training),
                                    number_or_na(step.validation), step.violation);
            out.end_line();
        }
    }
    out.close();
    written.commit(ExistingFile::replace);
}

void write_coefficients(std::filesystem::path const& file, FitPlan const& plan,
                        FitState const& state, GenotypePasses& passes) {
    std::set<std::int64_t> any;
    for (auto const& problem : state.problems) {
        for (auto const& step : problem.steps)
            any.insert(step.variants.begin(), step.variants.end());
    }
    std::vector<GlobalVariantIndex> variants;
    for (auto variant : any) variants.emplace_back(variant);
    auto const names = passes.names(variants);
    std::unordered_map<std::int64_t, std::string> text;
    for (std::size_t v = 0; v < variants.size(); ++v) {
        auto const& [contig, variant] = names[v];
        text.emplace(variants[v].get(),
                     fmt::format("{}\t{}\t{}\t{}\t{}", contig, variant.position, variant.id,
                                 variant.alternate, variant.reference));
    }
    DurableFile written{file};
    TextFile out{written.temporary()};
    out.text =
        "trait\tfit\tstep\tpenalty\tchromosome\tposition\tvariant_id\teffect_allele\tother_allele\t"
        "effect";
    out.end_line();
    for (std::size_t p = 0; p < state.problems.size(); ++p) {
        auto const& problem = plan.problems()[p];
        std::int64_t k = 0;
        for (auto const& step : state.problems[p].steps) {
            ++k;
            for (std::size_t v = 0; v < step.variants.size(); ++v) {
                out.text +=
                    fmt::format("{}\t{}\t{}\t{}\t{}\t{}", plan.traits()[problem.trait].label,
                                problem_name(problem), k, step.penalty, text.at(step.variants[v]),
                                step.effects[v]);
                out.end_line();
            }
        }
    }
    out.close();
    written.commit(ExistingFile::replace);
}

Json describe_fit(FitPlan const& plan, FitState const& state, std::size_t t, TraitFit const& fit) {
    auto const& trait = plan.traits()[t];
    auto const& steps = state.problems[fit.path].steps;
    return {{"trait", trait.label},
            {"penalty", fit.step.penalty},
            {"step", fit.chosen.step + 1},
            {"steps", steps.size()},
            {"performance", performance_name(trait.outcome)},
            {"validation", number_or_null(fit.chosen.performance)},
            {"training", number_or_null(fit.step.training)},
            {"variants", fit.step.size},
            {"samples", fit.parts.samples},
            {"refitted", fit.path != fit.problem},
            {"variants_before_refit", steps[fit.chosen.step].size},
            {"collinear_covariates", fit.parts.collinear},
            {"largest_violation", fit.step.violation},
            {"converged", fit.has_converged()},
            {"iterations", fit.iterations}};
}

// What covariates alone reach.
std::string describe_start(FitPlan const& plan, FitState const& state, std::size_t trait) {
    auto const& first = state.problems[path_of(plan, trait)].steps.front();
    auto const judged = judged_performances(plan, state, trait);
    if (first.size > 0 || judged.empty() || std::isnan(judged.front())) return {};
    return fmt::format(" (covariates alone {:.4f})", judged.front());
}

}  // namespace

void describe_fits(FitPlan const& plan, FitState const& state, std::vector<TraitFit> const& fits,
                   Log& log) {
    auto const& request = plan.request();
    auto const folds = request.validate == ValidateBy::folds;
    log.note(fmt::format("scores: {} passes over the genotypes", state.passes));
    log.note(
        "  (of the penalty that does best there, covariates included: on other people less is to "
        "be expected; `maniple evaluate` tells)");
    for (std::size_t t = 0; t < fits.size(); ++t) {
        auto const& fit = fits[t];
        auto const& trait = plan.traits()[t];
        auto const& path = state.problems[fit.path];
        log.note(fmt::format(
            "  {}: {} variants, {} {:.4f}{} in {}", trait.label, fit.step.size,
            performance_name(trait.outcome), fit.chosen.performance, describe_start(plan, state, t),
            folds
                ? fmt::format("{} folds (mean)", request.split.folds)
                : fmt::format("{} validation samples", plan.problems()[fit.path].judged.count())));
        log.note(fmt::format(
            "    penalty {:.4g}, number {} of {}{}; optimality holds to {:.1e}", fit.step.penalty,
            fit.chosen.step + 1, path.penalties.size(),
            fit.path == fit.problem
                ? std::string{}
                : fmt::format(", fitted again on training and validation samples together "
                              "({} samples)",
                              fit.parts.samples),
            fit.step.violation));
        if (!fit.parts.collinear.empty()) {
            log.note(fmt::format("    covariates left out as collinear: {}",
                                 fmt::join(fit.parts.collinear, ", ")));
        }
        if (fit.step.size == 0) {
            log.warn(fmt::format(
                "trait '{}': no variant predicts better than covariates alone; the score is empty",
                trait.label));
        } else if (path.penalties.size() > 1 && fit.chosen.step + 1 == path.penalties.size()) {
            log.warn(
                fmt::format("trait '{}': the best penalty is the smallest one; smaller ones "
                            "(--smallest-penalty-ratio) may predict better",
                            trait.label));
        }
        if (!fit.has_converged()) {
            log.warn(fmt::format(
                "trait '{}' has not converged (optimality is violated by {:.1e} of the null "
                "model's largest gradient); its model says so",
                trait.label, fit.step.violation));
        }
    }
}

void write_fit_report(std::filesystem::path const& folder, FitPlan const& plan,
                      FitState const& state, std::vector<TraitFit> const& fits,
                      GenotypePasses& passes, RunRecord const& record) {
    write_path(folder / "path.tsv", plan, state);
    write_coefficients(folder / "coefficients.tsv", plan, state, passes);
    auto traits = Json::array();
    for (std::size_t t = 0; t < fits.size(); ++t) {
        traits.push_back(describe_fit(plan, state, t, fits[t]));
    }
    write_fit_record(folder, plan,
                     {.filtered = state.filtered,
                      .passes = state.passes,
                      .traits = traits,
                      .tables = {"path.tsv", "coefficients.tsv"}},
                     record);
}

}  // namespace maniple

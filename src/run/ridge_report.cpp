#include <cmath>
#include <fstream>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "maniple/core/checksum.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/version.hpp"
#include "maniple/run/ridge_model.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

std::string number(double value) { return std::isnan(value) ? "NA" : fmt::format("{}", value); }

Json json_number(double value) { return std::isnan(value) ? Json{} : Json(value); }

std::string problem_name(FitProblem const& problem) {
    switch (problem.kind) {
        case FitProblem::Kind::path:
            return "path";
        case FitProblem::Kind::fold:
            return fmt::format("fold_{}", problem.fold + 1);
        case FitProblem::Kind::final:
            break;
    }
    return "final";
}

void write_file(std::filesystem::path const& file, std::string const& text) {
    DurableFile written{file};
    std::ofstream out{written.temporary(), std::ios::trunc};
    out << text;
    out.close();
    if (!out) {
        throw EnvironmentError{fmt::format(
            "'{}' cannot be written (permission or disk space); make room or choose another --out",
            file.string())};
    }
    written.commit(ExistingFile::replace);
}

std::string path_row(FitPlan const& plan, RidgeStep const& step, char const* stage) {
    auto const& problem = plan.problems()[step.problem];
    return fmt::format(
        "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{:.3g}\n", plan.traits()[problem.trait].label,
        problem_name(problem), stage, step.heritability, number(step.penalty), step.variants,
        number(step.training), number(step.validation), step.iterations, step.residual);
}

Json describe_trait(FitPlan const& plan, std::size_t t, RidgeTrait const& trait,
                    RidgeScore const& score) {
    Json described{{"trait", plan.traits()[t].label},
                   {"heritability", trait.chosen.heritability},
                   {"penalty", trait.chosen.penalty},
                   {"estimate", Json{}},
                   {"performance", "R^2"},
                   {"validation", trait.performance ? json_number(*trait.performance) : Json{}},
                   {"training", json_number(trait.chosen.training)},
                   {"variants", score.variants},
                   {"samples", score.samples},
                   {"collinear_covariates", score.collinear},
                   {"largest_residual", trait.chosen.residual},
                   {"converged", has_converged(plan, trait.chosen)},
                   {"iterations", trait.chosen.iterations}};
    if (trait.estimate) {
        described["estimate"] = {{"heritability", json_number(trait.estimate->value)},
                                 {"standard_error", json_number(trait.estimate->standard_error)}};
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
    write_file(folder / "path.tsv", path);
    Json facts;
    for (auto const& [name, value] : plan.facts()) facts[name] = value;
    auto ranks = Json::array();
    for (auto const& rank : record.ranks) ranks.push_back(Json::parse(rank));
    Json const json{{"program", "maniple"},
                    {"version", program_version},
                    {"command", "fit"},
                    {"model", plan.request().name},
                    {"plan", facts},
                    {"split_fingerprint", to_hex(plan.split_fingerprint())},
                    {"variants", plan.variants() - state.filtered},
                    {"passes", state.passes},
                    {"traits", traits},
                    {"started", record.started},
                    {"finished", record.finished},
                    {"seconds", record.seconds},
                    {"mpi", record.mpi},
                    {"ranks", ranks}};
    write_file(folder / "fit.json",
               json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n');
}

}  // namespace maniple

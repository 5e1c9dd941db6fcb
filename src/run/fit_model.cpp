#include "maniple/run/fit_model.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "maniple/core/error.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/trait/training_samples.hpp"

namespace maniple {
namespace {

using Json = nlohmann::json;

Json describe(std::size_t problem, ScoreParts const& parts) {
    return {problem,
            parts.covariates.intercept,
            parts.covariates.names,
            parts.covariates.coefficients,
            parts.baseline.times,
            parts.baseline.cumulative,
            parts.frequencies,
            parts.samples,
            parts.cases,
            parts.collinear};
}

ScoreParts parts_from(Json const& json) {
    return {.covariates = {.intercept = json.at(1).get<double>(),
                           .names = json.at(2).get<std::vector<std::string>>(),
                           .coefficients = json.at(3).get<std::vector<double>>()},
            .baseline = {.times = json.at(4).get<std::vector<double>>(),
                         .cumulative = json.at(5).get<std::vector<double>>()},
            .frequencies = json.at(6).get<std::vector<double>>(),
            .samples = json.at(7).get<std::int64_t>(),
            .cases = json.at(8).get<std::int64_t>(),
            .collinear = json.at(9).get<std::vector<std::string>>()};
}

std::size_t find_problem(FitPlan const& plan, std::size_t trait, FitProblem::Kind kind) {
    auto const& problems = plan.problems();
    auto const found = std::ranges::find_if(problems, [&](FitProblem const& problem) {
        return problem.trait == trait && problem.kind == kind;
    });
    return static_cast<std::size_t>(found - problems.begin());
}

TraitFit choose_solution(FitPlan const& plan, FitState const& state, std::size_t trait) {
    auto const chosen = choose_penalty(plan, state, trait);
    if (!chosen) {
        throw UserError{
            fmt::format("trait '{}': no penalty could be judged (its validation samples do not "
                        "vary); choose another split",
                        plan.traits()[trait].label)};
    }
    TraitFit fit{.path = find_problem(plan, trait, FitProblem::Kind::path),
                 .chosen = *chosen,
                 .iterations = 0};
    auto const final = find_problem(plan, trait, FitProblem::Kind::final);
    bool const refitted = final < plan.problems().size();
    fit.problem = refitted ? final : fit.path;
    fit.step = state.problems[fit.problem].steps[refitted ? 0 : chosen->step];
    for (std::size_t p = 0; p < state.problems.size(); ++p) {
        if (plan.problems()[p].trait == trait) fit.iterations += state.problems[p].iterations;
    }
    return fit;
}

// The variants of one solution alone, and the solution.
ProblemState alone(PathStep const& step) {
    ProblemState state{.active = true,
                       .working = step.variants,
                       .start = {.effects = step.standardised,
                                 .unpenalised = step.unpenalised,
                                 .order = std::vector<std::int64_t>(step.variants.size()),
                                 .entered = 0},
                       .steps = {step}};
    std::iota(state.start.order.begin(), state.start.order.end(), std::int64_t{0});
    return state;
}

// Each rank says what it knows of its problems.
std::map<std::size_t, ScoreParts> collect_parts(FitPlan const& plan, FitState const& chosen,
                                                std::vector<std::size_t> const& problems,
                                                GenotypePasses& passes) {
    FitSolvers solvers{plan, passes};
    solvers.start(problems);
    solvers.add_variants(chosen);
    auto own = Json::array();
    together(passes.comm(), [&] {
        for (auto problem : problems) {
            if (!solvers.owns(problem)) continue;
            auto const& state = chosen.problems[problem];
            own.push_back(describe(problem, solvers.parts(problem, state, state.steps.front())));
        }
    });
    auto const message = Json::to_cbor(own);
    std::map<std::size_t, ScoreParts> parts;
    for (auto const& bytes : passes.comm().gather(std::as_bytes(std::span{message}))) {
        auto const* first = reinterpret_cast<std::uint8_t const*>(bytes.data());
        for (auto const& entry : Json::from_cbor(first, first + bytes.size())) {
            parts.emplace(entry.at(0).get<std::size_t>(), parts_from(entry));
        }
    }
    return parts;
}

std::string describe_source(FitPlan const& plan) {
    std::vector<std::string> labels;
    for (auto const& trait : plan.traits()) labels.push_back(trait.label);
    auto source =
        fmt::format("maniple fit --method elastic-net --trait {}", fmt::join(labels, ","));
    if (auto const covariates = plan.covariate_labels(); !covariates.empty()) {
        source += fmt::format(" --covariate {}", fmt::join(covariates, ","));
    }
    return source;
}

ScoreDescription describe_score(FitPlan const& plan, std::size_t trait, TraitFit const& fit) {
    ScoreDescription score{.name = plan.traits()[trait].label,
                           .trait = plan.traits()[trait].label,
                           .outcome = plan.traits()[trait].outcome,
                           .method = "elastic-net",
                           .covariates = fit.parts.covariates,
                           .baseline = fit.parts.baseline,
                           .training_samples = fit.parts.samples,
                           .training_cases = fit.parts.cases,
                           .penalty = fit.step.penalty,
                           .mixing = plan.request().solver.mixing,
                           .validation_performance = fit.chosen.performance,
                           .largest_violation = fit.step.violation,
                           .iterations = fit.iterations,
                           .has_converged = fit.has_converged()};
    for (std::size_t v = 0; v < fit.step.variants.size(); ++v) {
        score.offset -= 2 * fit.parts.frequencies[v] * fit.step.effects[v];
    }
    return score;
}

}  // namespace

bool TraitFit::has_converged() const {
    constexpr double negligible = 1e-6;  // Of the null model's largest gradient.
    return step.violation <= negligible;
}

std::vector<TraitFit> choose_solutions(FitPlan const& plan, FitState const& state,
                                       GenotypePasses& passes) {
    auto const& comm = passes.comm();
    std::vector<TraitFit> fits;
    FitState chosen;
    together(comm, [&] {
        if (!comm.is_root()) return;
        chosen.problems.resize(plan.problems().size());
        for (std::size_t t = 0; t < plan.traits().size(); ++t) {
            fits.push_back(choose_solution(plan, state, t));
            chosen.problems[fits.back().problem] = alone(fits.back().step);
        }
    });
    chosen = state_from(comm.broadcast(comm.is_root() ? to_bytes(chosen) : mpi::Bytes{}));
    std::vector<std::size_t> problems;
    for (std::size_t p = 0; p < chosen.problems.size(); ++p) {
        if (chosen.problems[p].active) problems.push_back(p);
    }
    auto parts = collect_parts(plan, chosen, problems, passes);
    for (auto& fit : fits) fit.parts = std::move(parts.at(fit.problem));
    return fits;
}

ScoreModel make_model(FitPlan const& plan, std::vector<TraitFit> const& fits,
                      GenotypePasses& passes) {
    // Each score's weights of a variant, by its frequency in the score's own samples: scores that
    // differ in it share no entry, so that no trait's score depends on the others.
    std::map<std::pair<std::int64_t, double>, std::vector<double>> weighed;
    for (std::size_t t = 0; t < fits.size(); ++t) {
        auto const& fit = fits[t];
        for (std::size_t v = 0; v < fit.step.variants.size(); ++v) {
            auto& weights = weighed[{fit.step.variants[v], fit.parts.frequencies[v]}];
            weights.resize(fits.size());
            weights[t] = fit.step.effects[v];
        }
    }
    std::vector<GlobalVariantIndex> variants;
    for (auto const& [entry, weights] : weighed) {
        if (variants.empty() || variants.back().get() != entry.first) {
            variants.emplace_back(entry.first);
        }
    }
    auto const names = passes.names(variants);

    ScoreModel model{.genome_build = {}, .source = describe_source(plan)};
    model.weights.weights = WeightMatrix{std::ssize(fits)};
    std::size_t v = 0;
    for (auto const& [entry, weights] : weighed) {
        if (variants[v].get() != entry.first) ++v;
        auto const& name = names[v];
        model.weights.variants.push_back({.contig = name.contig,
                                          .position = name.variant.position,
                                          .id = name.variant.id,
                                          .effect_allele = name.variant.alternate,
                                          .other_allele = name.variant.reference,
                                          .effect_allele_frequency = entry.second});
        model.weights.weights.append_variant(weights);
    }
    std::vector<bool> is_used(static_cast<std::size_t>(plan.cohort().samples().size()));
    for (std::size_t t = 0; t < fits.size(); ++t) {
        model.weights.scores.push_back(plan.traits()[t].label);
        model.scores.push_back(describe_score(plan, t, fits[t]));
    }
    // Validation samples have had a say as well.
    for (auto const& problem : plan.problems()) {
        auto const mark = [&](SampleIndex s) { is_used[s.at()] = true; };
        problem.training.for_each(mark);
        problem.judged.for_each(mark);
    }
    model.training = describe_training(plan.cohort().samples(), std::move(is_used));
    model.training.split_fingerprint = plan.split_fingerprint();
    return model;
}

}  // namespace maniple

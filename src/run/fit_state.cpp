#include "maniple/run/fit_state.hpp"

#include <cmath>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "cbor.hpp"

namespace maniple {
namespace {

using Json = nlohmann::json;

// A number that may be missing: JSON has none of its own.
Json describe(double value) { return std::isnan(value) ? Json{} : Json(value); }

double number_from(Json const& json) {
    return json.is_null() ? PathStep::unknown : json.get<double>();
}

Json describe(PathStep const& step) {
    return {step.penalty,
            describe(step.training),
            describe(step.validation),
            step.violation,
            step.size,
            step.variants,
            step.effects,
            step.standardised,
            step.unpenalised};
}

PathStep step_from(Json const& json) {
    return {.penalty = json.at(0).get<double>(),
            .training = number_from(json.at(1)),
            .validation = number_from(json.at(2)),
            .violation = json.at(3).get<double>(),
            .size = whole_from<std::int64_t>(json.at(4)),
            .variants = all_whole_from(json.at(5)),
            .effects = json.at(6).get<std::vector<double>>(),
            .standardised = json.at(7).get<std::vector<double>>(),
            .unpenalised = json.at(8).get<std::vector<double>>()};
}

Json describe(std::vector<PathStep> const& steps) {
    auto all = Json::array();
    for (auto const& step : steps) all.push_back(describe(step));
    return all;
}

std::vector<PathStep> steps_from(Json const& json) {
    std::vector<PathStep> steps;
    for (auto const& step : json) steps.push_back(step_from(step));
    return steps;
}

Json describe(ElasticNetPoint const& point) {
    return {point.effects, point.unpenalised, point.order, point.entered};
}

ElasticNetPoint point_from(Json const& json) {
    return {.effects = json.at(0).get<std::vector<double>>(),
            .unpenalised = json.at(1).get<std::vector<double>>(),
            .order = all_whole_from(json.at(2)),
            .entered = whole_from<std::int64_t>(json.at(3))};
}

Json describe(ProblemState const& problem) {
    return {problem.active,     problem.largest_gradient, problem.penalties,
            problem.working,    describe(problem.start),  problem.outside,
            problem.iterations, describe(problem.steps)};
}

ProblemState problem_from(Json const& json) {
    return {.active = json.at(0).get<bool>(),
            .largest_gradient = json.at(1).get<double>(),
            .penalties = json.at(2).get<std::vector<double>>(),
            .working = all_whole_from(json.at(3)),
            .start = point_from(json.at(4)),
            .outside = json.at(5).get<double>(),
            .iterations = whole_from<std::int64_t>(json.at(6)),
            .steps = steps_from(json.at(7))};
}

Json describe(SolvedBatch const& batch) {
    return {batch.problem, describe(batch.steps), batch.order, batch.entered, batch.iterations};
}

SolvedBatch batch_from(Json const& json) {
    return {.problem = whole_from<std::size_t>(json.at(0)),
            .steps = steps_from(json.at(1)),
            .order = all_whole_from(json.at(2)),
            .entered = whole_from<std::int64_t>(json.at(3)),
            .iterations = whole_from<std::int64_t>(json.at(4))};
}

mpi::Bytes to_bytes(Json const& json) {
    auto const bytes = Json::to_cbor(json);
    auto const raw = std::as_bytes(std::span{bytes});
    return {raw.begin(), raw.end()};
}

Json describe(FitState const& state) {
    auto problems = Json::array();
    for (auto const& problem : state.problems) problems.push_back(describe(problem));
    return {state.passes, state.filtered, state.final_fits, std::move(problems)};
}

FitState fit_state_from(Json const& json) {
    FitState state{.passes = whole_from<std::int64_t>(json.at(0)),
                   .filtered = whole_from<std::int64_t>(json.at(1)),
                   .final_fits = json.at(2).get<bool>(),
                   .problems = {}};
    for (auto const& problem : json.at(3)) state.problems.push_back(problem_from(problem));
    return state;
}

[[noreturn]] void throw_damaged_fit(std::filesystem::path const& file) {
    throw_damaged(file, interrupted_fit());
}

}  // namespace

mpi::Bytes to_bytes(FitState const& state) { return to_bytes(describe(state)); }
FitState state_from(mpi::Bytes const& bytes) { return fit_state_from(read_cbor(bytes)); }

mpi::Bytes to_bytes(std::vector<SolvedBatch> const& batches) {
    auto all = Json::array();
    for (auto const& batch : batches) all.push_back(describe(batch));
    return to_bytes(all);
}

std::vector<SolvedBatch> batches_from(mpi::Bytes const& bytes) {
    std::vector<SolvedBatch> batches;
    for (auto const& batch : read_cbor(bytes)) batches.push_back(batch_from(batch));
    return batches;
}

KeptWork interrupted_fit() { return {"fit of this model", "choose another --name"}; }

void write_checkpoint(std::filesystem::path const& file, PlanFacts const& facts,
                      FitState const& state) {
    keep_state(file, facts, to_bytes(state));
}

std::optional<FitState> read_checkpoint(std::filesystem::path const& file, PlanFacts const& facts) {
    auto const state = find_state(file, facts, interrupted_fit());
    if (!state) return {};
    try {
        return state_from(*state);
    } catch (Json::exception const&) {
        throw_damaged_fit(file);
    }
}

}  // namespace maniple

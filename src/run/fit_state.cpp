#include "maniple/run/fit_state.hpp"

#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "maniple/core/checksum.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

using Json = nlohmann::json;

constexpr int checkpoint_version = 1;

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
            .size = json.at(4).get<std::int64_t>(),
            .variants = json.at(5).get<std::vector<std::int64_t>>(),
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
            .order = json.at(2).get<std::vector<std::int64_t>>(),
            .entered = json.at(3).get<std::int64_t>()};
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
            .working = json.at(3).get<std::vector<std::int64_t>>(),
            .start = point_from(json.at(4)),
            .outside = json.at(5).get<double>(),
            .iterations = json.at(6).get<std::int64_t>(),
            .steps = steps_from(json.at(7))};
}

Json describe(SolvedBatch const& batch) {
    return {batch.problem, describe(batch.steps), batch.order, batch.entered, batch.iterations};
}

SolvedBatch batch_from(Json const& json) {
    return {.problem = json.at(0).get<std::size_t>(),
            .steps = steps_from(json.at(1)),
            .order = json.at(2).get<std::vector<std::int64_t>>(),
            .entered = json.at(3).get<std::int64_t>(),
            .iterations = json.at(4).get<std::int64_t>()};
}

mpi::Bytes to_bytes(Json const& json) {
    auto const bytes = Json::to_cbor(json);
    auto const raw = std::as_bytes(std::span{bytes});
    return {raw.begin(), raw.end()};
}

Json json_from(mpi::Bytes const& bytes) {
    auto const* first = reinterpret_cast<std::uint8_t const*>(bytes.data());
    return Json::from_cbor(first, first + bytes.size());
}

Json describe(FitState const& state) {
    auto problems = Json::array();
    for (auto const& problem : state.problems) problems.push_back(describe(problem));
    return {state.passes, state.filtered, state.final_fits, std::move(problems)};
}

FitState fit_state_from(Json const& json) {
    FitState state{.passes = json.at(0).get<std::int64_t>(),
                   .filtered = json.at(1).get<std::int64_t>(),
                   .final_fits = json.at(2).get<bool>(),
                   .problems = {}};
    for (auto const& problem : json.at(3)) state.problems.push_back(problem_from(problem));
    return state;
}

std::uint64_t checksum_of(std::vector<std::uint8_t> const& bytes) {
    return checksum(std::as_bytes(std::span{bytes}));
}

[[noreturn]] void throw_damaged(std::filesystem::path const& file) {
    throw CorruptInput{
        fmt::format("checkpoint '{}' is damaged (its checksum or structure is wrong); remove it, "
                    "and the fit starts again",
                    file.string())};
}

void require_same_plan(std::filesystem::path const& file, Json const& then, PlanFacts const& now) {
    std::vector<std::string> differences;
    for (auto const& [name, value] : now) {
        auto const before = then.value(name, std::string{"nothing"});
        if (before == value) continue;
        // Checksums say nothing to people.
        bool const readable =
            name.starts_with("--") || name == "version" || name == "penalties" || name == "filters";
        differences.push_back(readable ? fmt::format("{} was '{}' and is '{}'", name, before, value)
                                       : name);
    }
    if (differences.empty()) return;
    throw UserError{fmt::format(
        "an interrupted fit of this model had another plan ({}); repeat that command, choose "
        "another --name, or remove '{}' to start again",
        fmt::join(differences, "; "), file.string())};
}

}  // namespace

mpi::Bytes to_bytes(FitState const& state) { return to_bytes(describe(state)); }
FitState state_from(mpi::Bytes const& bytes) { return fit_state_from(json_from(bytes)); }

mpi::Bytes to_bytes(std::vector<SolvedBatch> const& batches) {
    auto all = Json::array();
    for (auto const& batch : batches) all.push_back(describe(batch));
    return to_bytes(all);
}

std::vector<SolvedBatch> batches_from(mpi::Bytes const& bytes) {
    std::vector<SolvedBatch> batches;
    for (auto const& batch : json_from(bytes)) batches.push_back(batch_from(batch));
    return batches;
}

void keep_state(std::filesystem::path const& file, PlanFacts const& facts,
                mpi::Bytes const& state) {
    Json plan;
    for (auto const& [name, value] : facts) plan[name] = value;
    auto const* const first = reinterpret_cast<std::uint8_t const*>(state.data());
    auto const bytes = Json::to_cbor(
        Json{{"version", checkpoint_version},
             {"plan", std::move(plan)},
             {"state", Json::binary(std::vector<std::uint8_t>(first, first + state.size()))}});
    auto const sum = checksum_of(bytes);
    DurableFile written{file};
    std::ofstream out{written.temporary(), std::ios::binary | std::ios::trunc};
    out.write(reinterpret_cast<char const*>(&sum), sizeof sum);
    out.write(reinterpret_cast<char const*>(bytes.data()), std::ssize(bytes));
    out.close();
    if (!out) {
        throw EnvironmentError{
            fmt::format("checkpoint '{}' cannot be written (permission or disk space); make room",
                        file.string())};
    }
    written.commit(ExistingFile::replace);
}

std::optional<mpi::Bytes> find_state(std::filesystem::path const& file, PlanFacts const& facts) {
    if (!std::filesystem::exists(file)) return {};
    std::ifstream in{file, std::ios::binary};
    std::vector<char> const content{std::istreambuf_iterator<char>{in}, {}};
    std::uint64_t sum = 0;
    if (!in || content.size() <= sizeof sum) throw_damaged(file);
    std::memcpy(&sum, content.data(), sizeof sum);
    std::vector<std::uint8_t> const bytes{content.begin() + sizeof sum, content.end()};
    if (checksum_of(bytes) != sum) throw_damaged(file);
    try {
        auto const json = Json::from_cbor(bytes);
        if (json.at("version") != checkpoint_version) throw_damaged(file);
        require_same_plan(file, json.at("plan"), facts);
        auto const raw = std::as_bytes(std::span{json.at("state").get_binary()});
        return mpi::Bytes{raw.begin(), raw.end()};
    } catch (Json::exception const&) {
        throw_damaged(file);
    }
}

void write_checkpoint(std::filesystem::path const& file, PlanFacts const& facts,
                      FitState const& state) {
    keep_state(file, facts, to_bytes(state));
}

std::optional<FitState> read_checkpoint(std::filesystem::path const& file, PlanFacts const& facts) {
    auto const state = find_state(file, facts);
    if (!state) return {};
    try {
        return state_from(*state);
    } catch (Json::exception const&) {
        throw_damaged(file);
    }
}

}  // namespace maniple

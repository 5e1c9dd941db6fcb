#include "maniple/run/ridge_state.hpp"

#include <cstring>
#include <span>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

#include "cbor.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

using Json = nlohmann::json;

// As they lie in memory: a tenth of the time, and NaN is a number like others.
Json pack(std::vector<double> const& values) {
    std::vector<std::uint8_t> bytes(values.size() * sizeof(double));
    if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    return Json::binary(std::move(bytes));
}

std::vector<double> values_from(Json const& json) {
    auto const& bytes = json.get_binary();
    std::vector<double> values(bytes.size() / sizeof(double));
    if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(double));
    return values;
}

Json describe(RidgeStep const& step) {
    return {step.problem, step.variants, step.iterations,
            pack({step.heritability, step.penalty, step.training, step.validation, step.residual})};
}

RidgeStep step_from(Json const& json) {
    auto const numbers = values_from(json.at(3));
    return {.problem = whole_from<std::size_t>(json.at(0)),
            .heritability = numbers.at(0),
            .penalty = numbers.at(1),
            .variants = whole_from<std::int64_t>(json.at(1)),
            .training = numbers.at(2),
            .validation = numbers.at(3),
            .iterations = whole_from<std::int64_t>(json.at(2)),
            .residual = numbers.at(4)};
}

Json describe(RidgeTrait const& trait) {
    auto judged = Json::array();
    for (auto const& step : trait.judged) judged.push_back(describe(step));
    std::vector<double> estimate;
    if (trait.estimate) estimate = {trait.estimate->value, trait.estimate->standard_error};
    std::vector<double> performance;
    if (trait.performance) performance = {*trait.performance};
    return {pack(estimate), std::move(judged), pack(performance), describe(trait.chosen),
            pack(trait.solution)};
}

RidgeTrait trait_from(Json const& json) {
    RidgeTrait trait{.estimate = {},
                     .judged = {},
                     .performance = {},
                     .chosen = step_from(json.at(3)),
                     .solution = values_from(json.at(4))};
    auto const estimate = values_from(json.at(0));
    if (!estimate.empty()) trait.estimate = {estimate.at(0), estimate.at(1)};
    for (auto const& step : json.at(1)) trait.judged.push_back(step_from(step));
    auto const performance = values_from(json.at(2));
    if (!performance.empty()) trait.performance = performance.front();
    return trait;
}

Json describe(ActiveRidge const& active) {
    auto const& system = active.system;
    return {describe(active.step),  static_cast<int>(system.phase),
            pack(system.solution),  pack(system.residual),
            pack(system.direction), pack({system.squares, system.relative_residual}),
            system.iterations,      system.checks};
}

ActiveRidge active_from(Json const& json) {
    auto const numbers = values_from(json.at(5));
    return {.step = step_from(json.at(0)),
            .system = {.phase = choice_from(json.at(1), RidgeSystem::Phase::done),
                       .solution = values_from(json.at(2)),
                       .residual = values_from(json.at(3)),
                       .direction = values_from(json.at(4)),
                       .squares = numbers.at(0),
                       .iterations = whole_from<std::int64_t>(json.at(6)),
                       .checks = whole_from<std::int64_t>(json.at(7)),
                       .relative_residual = numbers.at(1)}};
}

[[noreturn]] void throw_damaged_ridge() {
    throw CorruptInput{
        "the checkpoint of this fit is damaged (its structure is wrong); remove it, and the fit "
        "starts again"};
}

}  // namespace

mpi::Bytes to_bytes(RidgeState const& state) {
    auto traits = Json::array();
    for (auto const& trait : state.traits) traits.push_back(describe(trait));
    auto active = Json::array();
    for (auto const& one : state.active) active.push_back(describe(one));
    auto const bytes =
        Json::to_cbor(Json{state.passes, state.filtered, state.first, static_cast<int>(state.stage),
                           std::move(traits), std::move(active)});
    auto const raw = std::as_bytes(std::span{bytes});
    return {raw.begin(), raw.end()};
}

RidgeState ridge_state_from(mpi::Bytes const& bytes) try {
    auto const json = read_cbor(bytes);
    RidgeState state{.passes = whole_from<std::int64_t>(json.at(0)),
                     .filtered = whole_from<std::int64_t>(json.at(1)),
                     .first = whole_from<std::size_t>(json.at(2)),
                     .stage = choice_from(json.at(3), RidgeState::Stage::solve),
                     .traits = {},
                     .active = {}};
    for (auto const& trait : json.at(4)) state.traits.push_back(trait_from(trait));
    for (auto const& one : json.at(5)) state.active.push_back(active_from(one));
    return state;
} catch (Json::exception const&) {
    throw_damaged_ridge();
} catch (std::out_of_range const&) {  // Of values_from and choice_from.
    throw_damaged_ridge();
}

}  // namespace maniple

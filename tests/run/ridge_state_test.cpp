#include "maniple/run/ridge_state.hpp"

#include <cmath>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

RidgeState example() {
    RidgeStep const step{.problem = 3,
                         .heritability = 1.0 / 3,
                         .penalty = 0.1,
                         .variants = 12,
                         .training = RidgeStep::unknown,
                         .validation = -0.0,
                         .iterations = 7,
                         .residual = 1e-300};
    RidgeTrait const trait{.estimate = HeritabilityEstimate{.value = -0.1, .standard_error = 0.2},
                           .judged = {step, step},
                           .performance = 0.7,
                           .chosen = step,
                           .solution = {1, -0x1.23456789abcdep-500}};
    RidgeSystem const system{.phase = RidgeSystem::Phase::checking,
                             .solution = {0.1, 0.2},
                             .residual = {0.3},
                             .direction = {},
                             .squares = 0.4,
                             .iterations = 5,
                             .checks = 2,
                             .relative_residual = 0.6};
    return {.passes = 9,
            .filtered = 4,
            .first = 1,
            .stage = RidgeState::Stage::solve,
            .traits = {trait, {}},
            .active = {{step, system}, {step, {}}}};
}

TEST_CASE("RidgeState: bytes give the same state, to the bit", "[ridge]") {
    auto const bytes = to_bytes(example());
    auto const state = ridge_state_from(bytes);
    CHECK(to_bytes(state) == bytes);
    CHECK(state.passes == 9);
    CHECK(state.filtered == 4);
    CHECK(state.first == 1);
    CHECK(state.stage == RidgeState::Stage::solve);
    REQUIRE(state.traits.size() == 2);
    auto const& trait = state.traits[0];
    REQUIRE(trait.estimate);
    CHECK(trait.estimate->value == -0.1);
    CHECK(trait.estimate->standard_error == 0.2);
    CHECK(trait.performance == 0.7);
    CHECK(trait.judged.size() == 2);
    CHECK(trait.chosen.problem == 3);
    CHECK(trait.chosen.heritability == 1.0 / 3);
    CHECK(trait.chosen.penalty == 0.1);
    CHECK(trait.chosen.variants == 12);
    CHECK(std::isnan(trait.chosen.training));
    CHECK(std::signbit(trait.chosen.validation));
    CHECK(trait.chosen.iterations == 7);
    CHECK(trait.chosen.residual == 1e-300);
    CHECK(trait.solution == example().traits[0].solution);
    CHECK_FALSE(state.traits[1].estimate);
    CHECK_FALSE(state.traits[1].performance);
    REQUIRE(state.active.size() == 2);
    auto const& system = state.active[0].system;
    CHECK(system.phase == RidgeSystem::Phase::checking);
    CHECK(system.solution == std::vector{0.1, 0.2});
    CHECK(system.residual == std::vector{0.3});
    CHECK(system.direction.empty());
    CHECK(system.squares == 0.4);
    CHECK(system.iterations == 5);
    CHECK(system.checks == 2);
    CHECK(system.relative_residual == 0.6);
}

TEST_CASE("RidgeState: other bytes are refused", "[ridge]") {
    auto bytes = to_bytes(example());
    bytes.resize(bytes.size() / 2);
    CHECK_THROWS_AS(ridge_state_from(bytes), CorruptInput);
}

TEST_CASE("ridge_state_from: numbers that are missing, or no whole ones, are damage", "[run]") {
    using Json = nlohmann::json;
    auto const read = [](Json const& state) {
        auto const bytes = Json::to_cbor(state);
        auto const raw = std::as_bytes(std::span{bytes});
        return ridge_state_from({raw.begin(), raw.end()});
    };
    auto const none = Json::binary({});
    auto const one = Json::binary(std::vector<std::uint8_t>(8));
    Json const step{3, 12, 7, one};  // Five numbers belong there.
    CHECK_NOTHROW(read(Json{1, 2, 0, 0, Json::array(), Json::array()}));
    CHECK_THROWS_AS(
        read(Json{1, 2, 0, 0, {{none, Json::array(), none, step, none}}, Json::array()}),
        CorruptInput);
    CHECK_THROWS_AS(read(Json{1e300, 2, 0, 0, Json::array(), Json::array()}), CorruptInput);
}

}  // namespace
}  // namespace maniple

#include "maniple/run/fit_state.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/fit_path.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

FitState example() {
    PathStep step{.penalty = 0.1,
                  .training = 1.0 / 3,
                  .validation = PathStep::unknown,
                  .violation = -1e-300,
                  .size = 2,
                  .variants = {7, 3},
                  .effects = {0.1, -0x1.23456789abcdep-500},
                  .standardised = {-0.0, std::numeric_limits<double>::denorm_min()},
                  .unpenalised = {1e300}};
    ProblemState problem{
        .active = true,
        .largest_gradient = 0.25,
        .penalties = {0.2, 0.1, 1.0 / 7},
        .working = {7, 3, 1LL << 40},
        .start = {.effects = {1, 2, 3}, .unpenalised = {4}, .order = {2, 0, 1}, .entered = 1},
        .outside = 0.01,
        .iterations = 12,
        .steps = {step}};
    return {.passes = 3, .filtered = 5, .final_fits = true, .problems = {problem, {}}};
}

TEST_CASE("FitState: bytes give the same state, to the bit") {
    auto const bytes = to_bytes(example());
    auto const read = state_from(bytes);
    CHECK(to_bytes(read) == bytes);
    REQUIRE(read.problems.size() == 2);
    auto const& step = read.problems[0].steps.at(0);
    CHECK(std::isnan(step.validation));
    CHECK(step.training == 1.0 / 3);
    CHECK(std::signbit(step.standardised[0]));
    CHECK(step.standardised[1] == std::numeric_limits<double>::denorm_min());
    CHECK(step.effects[1] == -0x1.23456789abcdep-500);
    CHECK(read.problems[0].working[2] == 1LL << 40);
    CHECK(read.problems[0].start.order == std::vector<std::int64_t>{2, 0, 1});
    CHECK(read.passes == 3);
    CHECK(read.final_fits);
}

TEST_CASE("checkpoint: gives the state back to the same plan, and to no other") {
    test::ScratchFolder const folder;
    auto const file = folder.path() / ".m.fit";
    PlanFacts const facts{{"--mixing", "1"}, {"chosen variants", "0123456789abcdef"}};
    CHECK_FALSE(read_checkpoint(file, facts));
    write_checkpoint(file, facts, example());
    auto const read = read_checkpoint(file, facts);
    REQUIRE(read);
    CHECK(to_bytes(*read) == to_bytes(example()));
    CHECK_THROWS_WITH(
        read_checkpoint(file, {{"--mixing", "0.5"}, {"chosen variants", "0123456789abcdef"}}),
        Catch::Contains("--mixing was '1' and is '0.5'") && !Catch::Contains("chosen variants"));
    CHECK_THROWS_WITH(
        read_checkpoint(file, {{"--mixing", "1"}, {"chosen variants", "fedcba9876543210"}}),
        Catch::Contains("(chosen variants)"));
    write_checkpoint(file, facts, {});
    CHECK(read_checkpoint(file, facts)->problems.empty());
}

TEST_CASE("checkpoint: each damaged byte is noticed") {
    test::ScratchFolder const folder;
    auto const file = folder.path() / ".m.fit";
    write_checkpoint(file, {}, example());
    auto const size = std::filesystem::file_size(file);
    for (std::uintmax_t place = 0; place < size; place += 17) {
        std::fstream stream{file, std::ios::in | std::ios::out | std::ios::binary};
        stream.seekg(static_cast<std::streamoff>(place));
        auto const byte = static_cast<char>(stream.get());
        stream.seekp(static_cast<std::streamoff>(place));
        stream.put(static_cast<char>(byte ^ 4));
        stream.close();
        CHECK_THROWS_AS(read_checkpoint(file, {}), CorruptInput);
        write_checkpoint(file, {}, example());
    }
    std::filesystem::resize_file(file, 5);
    CHECK_THROWS_AS(read_checkpoint(file, {}), CorruptInput);
}

TEST_CASE("penalties_of: equal steps of logs down to the ratio; given values as they are") {
    PathStart const few{.largest_gradient = 2, .noise = 1, .variants = 10, .samples = 100};
    auto const grid = penalties_of({.count = 5, .smallest_ratio = 0.0001}, few, 1);
    REQUIRE(grid.size() == 5);
    CHECK(grid[0] == 2);
    CHECK(grid[2] == Approx(0.02).epsilon(1e-12));
    CHECK(grid[4] == Approx(0.0002).epsilon(1e-12));
    CHECK(penalties_of({.count = 2}, few, 1)[1] == Approx(2e-4));
    CHECK(penalties_of({.count = 1}, few, 0.5) == std::vector<double>{4});
    CHECK(penalties_of({.values = {{0.5, 0.25}}}, few, 1) == std::vector<double>{0.5, 0.25});
}

TEST_CASE("penalties_of: with more variants than samples, down to the noise within bounds") {
    auto const smallest = [](double noise, double mixing) {
        return penalties_of({.count = 2},
                            {.largest_gradient = 2, .noise = noise, .variants = 100, .samples = 10},
                            mixing)[1];
    };
    CHECK(smallest(0.1, 1) == Approx(0.1));
    CHECK(smallest(0.1, 0.5) == Approx(0.2));
    CHECK(smallest(0.001, 1) == Approx(0.02));
    CHECK(smallest(1, 1) == Approx(0.2));
}

TEST_CASE("gradient_noise: is the SD of gradients by genotypes without effect") {
    constexpr std::size_t samples = 200;
    std::vector<double> residuals(samples);
    std::mt19937 random{1};
    std::normal_distribution<double> normal;
    for (auto& residual : residuals) residual = 3 * normal(random);
    double squares = 0;
    constexpr int variants = 4000;
    for (int v = 0; v < variants; ++v) {
        double gradient = 0;
        for (double residual : residuals) gradient += normal(random) * residual / samples;
        squares += gradient * gradient;
    }
    CHECK(gradient_noise(residuals, samples) ==
          Approx(std::sqrt(squares / variants)).epsilon(0.05));
    CHECK_THROWS_AS(gradient_noise(residuals, 0), ContractViolation);
}

}  // namespace
}  // namespace maniple

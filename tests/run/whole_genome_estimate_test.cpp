#include "maniple/run/whole_genome_estimate.hpp"

#include <algorithm>
#include <limits>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

WholeGenomeShape biobank() {
    return {.cohort = 400'000,
            .samples = 400'000,
            .variants = 500'000,
            .read_variants = 500'000,
            .blocks = 990,
            .contigs = 22,
            .columns = 11,
            .traits = 50,
            .ranks = 8,
            .threads = 32,
            .memory = 256'000'000'000,
            .resting = 50'000'000};
}

WholeGenomeRates rates() {
    return {.block_seconds = 0.1,
            .block_sample_seconds = 1e-6,
            .gram = 2e10,
            .cholesky = 1e10,
            .predict = 5e9,
            .read = 1e9,
            .exchange = 2e9};
}

EstimateTerm find(std::vector<EstimateTerm> const& terms, std::string const& start) {
    auto const found = std::ranges::find_if(
        terms, [&](EstimateTerm const& term) { return term.name.starts_with(start); });
    REQUIRE(found != terms.end());
    return *found;
}

TEST_CASE("estimate_whole_genome: terms are the products that they say", "[run]") {
    auto const estimate = estimate_whole_genome(biobank(), rates());
    // 990 blocks on 8 ranks: 124 of them on the first; 50 traits: 44 are of other ranks.
    CHECK(estimate.exchanged == 124.0 * 5 * 44 * 400'000 * 4);
    auto const predictors = find(estimate.bytes, "predictors of the rank's blocks");
    CHECK(predictors.value == 50.0 * 124 * 5 * 400'000 * 4);
    CHECK(predictors.arithmetic ==
          "50 traits x 124 blocks x 5 penalties x 400,000 samples x 4 bytes");
    auto const gram = find(estimate.operations, "level 0, Gram");
    CHECK(gram.value == 990.0 * 512 * 513 * 400'000 / 2);
    auto const level_zero = find(estimate.seconds, "level 0");
    CHECK(level_zero.value == Approx(4 * 0.5));  // 124 blocks on 32 threads.
    auto const products = find(estimate.seconds, "level 1, products");
    CHECK(products.value == Approx(4950.0 * 4951 * 400'000 / 2 / 2e10));  // 7 traits, 7 threads.
    CHECK(find(estimate.seconds, "predictors sent").value == Approx(estimate.exchanged / 2e9));
    double sum = 0;
    for (auto const& term : estimate.seconds) sum += term.value;
    CHECK(estimate.total_seconds == Approx(sum));
    double bytes = 0;
    for (auto const& term : estimate.bytes) bytes += term.value;
    CHECK(static_cast<double>(estimate.memory.peak()) == Approx(bytes));
    auto const lines = describe(biobank(), estimate);
    CHECK(std::ranges::any_of(lines, [](std::string const& line) {
        return line.find("= 49.6 GB") != std::string::npos;
    }));
}

TEST_CASE("choose_place: memory while it suffices, then files, with fewer traits at once",
          "[run]") {
    auto shape = biobank();
    CHECK(choose_place(shape).place == PredictorPlace::memory);
    CHECK(choose_place(shape).traits_at_once == 7);
    CHECK(choose_place(shape).scratch == 0);
    shape.ranks = 1;
    auto const file = choose_place(shape);
    CHECK(file.place == PredictorPlace::scratch);
    CHECK(file.scratch == 50LL * 990 * 5 * 400'000 * 4);
    CHECK(file.traits_at_once > 1);
    CHECK(file.traits_at_once < 32);
    CHECK(file.level_one <= shape.memory);
    shape.memory = file.level_one - 1;
    CHECK(choose_place(shape).traits_at_once == file.traits_at_once - 1);
    shape.memory = 1;
    CHECK(choose_place(shape).traits_at_once == 1);
    CHECK(choose_place(shape).peak() > shape.memory);
}

TEST_CASE("estimate_memory: more of anything never takes less", "[run]") {
    for (auto place : {PredictorPlace::memory, PredictorPlace::scratch}) {
        auto const less = estimate_memory(biobank(), place);
        for (auto grow : {&WholeGenomeShape::samples, &WholeGenomeShape::blocks,
                          &WholeGenomeShape::traits, &WholeGenomeShape::contigs}) {
            auto more = biobank();
            more.memory = 1LL << 60;
            more.*grow *= 2;
            CHECK(estimate_memory(more, place).peak() > less.peak());
        }
    }
}

TEST_CASE("estimate_memory: rank 0 holds what others predict", "[run]") {
    auto shape = biobank();
    shape.traits = 5000;
    shape.ranks = 64;
    shape.threads = 1;
    auto const many = estimate_memory(shape, PredictorPlace::scratch);
    // 63 traits x 23 slices x 400,000 samples, as they come and as they are kept.
    CHECK(many.level_one > 63LL * 23 * 400'000 * 8);
    shape = biobank();
    auto const estimate = estimate_whole_genome(shape, rates());
    REQUIRE(estimate.memory.traits_at_once == 7);
    auto const others = find(estimate.bytes, "level 1, predictions of other ranks' traits");
    CHECK(others.value == 7.0 * 7 * 23 * 400'000 * 8);
    shape.ranks = 1;
    shape.memory = 1LL << 60;
    for (auto const& term : estimate_whole_genome(shape, rates()).bytes) {
        CHECK(term.name.find("other ranks") == std::string::npos);
    }
}

TEST_CASE("estimate_memory: rank 0 has the weights of all traits in the end", "[run]") {
    auto shape = biobank();
    CHECK(estimate_memory(shape, PredictorPlace::scratch).weighing == 0);
    shape.samples = shape.cohort = 1000;
    shape.traits = 5000;
    shape.threads = 1;
    shape.scored_variants = 600'000;
    auto const memory = estimate_memory(shape, PredictorPlace::scratch);
    // A double and a frequency of each, and what the model has of those that vary.
    CHECK(memory.weighing > 5000LL * (600'000 * 16 + 500'000 * 12));
    CHECK(memory.weighing < 5000LL * (600'000 * 18 + 500'000 * 14));
    CHECK(memory.peak() == std::max(memory.levels(), memory.weighing));
    // More ranks are no help, but fewer traits are, and fewer variants.
    shape.ranks *= 8;
    CHECK(estimate_memory(shape, PredictorPlace::scratch).weighing > memory.weighing / 10 * 9);
    shape.traits /= 10;
    CHECK(estimate_memory(shape, PredictorPlace::scratch).weighing < memory.weighing / 8);
}

TEST_CASE("estimate_memory: one rank has all weights twice while it weighs", "[run]") {
    auto shape = biobank();
    shape.ranks = 1;
    shape.traits = 200;
    shape.scored_variants = shape.variants;
    auto without = shape;
    without.traits = 1;
    auto const weights = 2LL * 199 * 500'000 * 8;
    CHECK(estimate_memory(shape, PredictorPlace::scratch).weighing -
              estimate_memory(without, PredictorPlace::scratch).weighing >
          weights);
}

TEST_CASE("estimate_whole_genome: the terms of the peak are those of weights where they are most",
          "[run]") {
    auto shape = biobank();
    shape.samples = shape.cohort = 1000;
    shape.traits = 3000;
    shape.threads = 1;
    shape.scored_variants = shape.variants;
    auto const estimate = estimate_whole_genome(shape, rates());
    REQUIRE(estimate.memory.weighing > estimate.memory.levels());
    CHECK(find(estimate.bytes, "weights and frequencies").value == 3000.0 * 500'000 * 16);
    double bytes = 0;
    for (auto const& term : estimate.bytes) bytes += term.value;
    CHECK(static_cast<double>(estimate.memory.peak()) == Approx(bytes));
}

TEST_CASE("choose_place: weights do not send predictors to a file", "[run]") {
    auto shape = biobank();
    REQUIRE(choose_place(shape).place == PredictorPlace::memory);
    shape.scored_variants = 100'000'000'000;
    CHECK(choose_place(shape).place == PredictorPlace::memory);
    CHECK(choose_place(shape).peak() > shape.memory);
}

TEST_CASE("estimate_memory: what no number of bytes can be does not fit", "[run]") {
    auto shape = biobank();
    shape.samples = shape.cohort = 1'000'000'000;
    shape.variants = shape.read_variants = 10'000'000'000;
    shape.traits = 1'000'000;
    shape.blocks = 10'000'000'000;
    shape.threads = 100'000;
    for (auto place : {PredictorPlace::memory, PredictorPlace::scratch}) {
        auto const memory = estimate_memory(shape, place);
        CHECK(memory.peak() == std::numeric_limits<std::int64_t>::max());
        CHECK(memory.level_zero > 1LL << 60);
        CHECK(memory.scratch >= 0);
    }
}

TEST_CASE("estimate_whole_genome: refuses extents and rates of nothing", "[run]") {
    auto shape = biobank();
    shape.traits = 0;
    CHECK_THROWS_AS(estimate_memory(shape, PredictorPlace::memory), ContractViolation);
    auto slow = rates();
    slow.gram = 0;
    CHECK_THROWS_AS(estimate_whole_genome(biobank(), slow), ContractViolation);
}

}  // namespace
}  // namespace maniple

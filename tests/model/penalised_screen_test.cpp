#include "maniple/model/penalised_screen.hpp"

#include <random>

#include <catch2/catch.hpp>

#include "penalised_cohort.hpp"

namespace maniple {
namespace {

TEST_CASE("standardisation_of: mean and variance, a missing genotype being the mean",
          "[elastic_net]") {
    auto const way = standardisation_of({.reference = 3, .heterozygous = 4, .alternate = 1});
    CHECK(way.mean == 0.75);
    CHECK(way.inverse_sd == Approx(1 / std::sqrt(1.0 - 0.75 * 0.75)));
    auto const half = standardisation_of({.reference = 1, .alternate = 1, .missing = 2});
    CHECK(half.mean == 1);
    CHECK(half.inverse_sd == Approx(std::sqrt(2.0)));
    for (auto const counts :
         {GenotypeCounts{}, GenotypeCounts{.missing = 5}, GenotypeCounts{.reference = 9},
          GenotypeCounts{.heterozygous = 4}, GenotypeCounts{.alternate = 2, .missing = 1}}) {
        CHECK(standardisation_of(counts).inverse_sd == 0);
    }
}

TEST_CASE("screen_block: gradients of many models, each over its own samples", "[elastic_net]") {
    auto const shape =
        GENERATE(CohortShape{.samples = 400, .variants = 70, .missing_genotypes = 0.05},
                 CohortShape{.samples = 33, .variants = 3, .missing_genotypes = 0.5},
                 CohortShape{.samples = 900, .variants = 20});
    auto cohort = make_penalised_cohort(shape);
    for (SampleIndex s{0}; s.get() < shape.samples; ++s)
        cohort.genotypes.set(LocalVariantIndex{1}, s, s.get() % 9 == 0 ? missing_genotype : 2);
    std::mt19937_64 random{5};
    std::normal_distribution<double> normal;
    std::vector<SampleMask> sets;
    SampleMask everyone{shape.samples};
    for (int k = 0; k < 3; ++k) {
        sets.emplace_back(shape.samples);
        for (SampleIndex s{0}; s.get() < shape.samples; ++s) {
            if (s.get() % 5 == k || s.get() == 8) continue;
            sets.back().insert(s);
            everyone.insert(s);
        }
    }
    std::vector<std::size_t> const sets_of_columns{0, 2, 1, 1, 0, 2, 2};
    std::vector<std::vector<double>> columns;
    for (auto set : sets_of_columns) {
        std::vector<double> column(static_cast<std::size_t>(shape.samples));
        sets[set].for_each([&](SampleIndex s) { column[s.at()] = 3 + normal(random); });
        columns.push_back(std::move(column));
    }
    auto const count = std::ssize(columns);
    FixedPointMatrix residuals{shape.samples, count};
    std::vector<std::span<double const>> const spans{columns.begin(), columns.end()};
    residuals.fit_columns(0, spans);
    auto const genotypes = cohort.genotypes.view();
    ScreenWorkspace workspace{shape.samples, count, genotypes.variants()};
    std::vector<double> gradients(static_cast<std::size_t>(count * genotypes.variants()), 7.0);
    MatrixView<double> const found{gradients.data(), count, genotypes.variants()};
    screen_block(genotypes, {residuals, sets_of_columns, everyone}, sets, workspace, found);

    for (std::int64_t c = 0; c < count; ++c) {
        auto const samples = sets[sets_of_columns[static_cast<std::size_t>(c)]].list();
        for (std::int64_t v = 0; v < genotypes.variants(); ++v) {
            auto const x = naive_variant(genotypes, v, samples);
            Wide expected = 0;
            for (std::size_t i = 0; i < samples.size(); ++i)
                expected += x.values[i] * columns[static_cast<std::size_t>(c)][samples[i].at()];
            expected /= static_cast<Wide>(samples.size());
            CHECK(found(c, v) == Approx(static_cast<double>(expected)).epsilon(0).margin(1e-8));
            if (v == 1) CHECK(found(c, v) == 0);
        }
    }

    // A column alone has the same bits.
    FixedPointMatrix alone{shape.samples, 1};
    alone.fit_columns(0, {&spans[3], 1});
    std::vector<double> own(static_cast<std::size_t>(genotypes.variants()));
    std::size_t const first = 0;
    screen_block(genotypes, {alone, {&first, 1}, sets[1]}, {&sets[1], 1}, workspace,
                 {own.data(), 1, genotypes.variants()});
    CHECK(std::equal(own.begin(), own.end(), found.row(3).begin()));
}

TEST_CASE("screen_block: refuses what does not fit", "[elastic_net]") {
    PackedBlock const block{4, 50};
    SampleMask const set{50};
    FixedPointMatrix const residuals{50, 2};
    std::vector<std::size_t> const sets_of_columns{0, 0};
    std::vector<double> room(8);
    MatrixView<double> const gradients{room.data(), 2, 4};
    ScreenWorkspace small{50, 2, 3};
    CHECK_THROWS_AS(
        screen_block(block.view(), {residuals, sets_of_columns, set}, {&set, 1}, small, gradients),
        ContractViolation);
    ScreenWorkspace other{500, 2, 4};
    CHECK_THROWS_AS(
        screen_block(block.view(), {residuals, sets_of_columns, set}, {&set, 1}, other, gradients),
        ContractViolation);
}

}  // namespace
}  // namespace maniple

#include "maniple/genotype/score_product.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "../src/genotype/score_path.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/genotype/packed_block.hpp"

namespace maniple {
namespace {

using Rows = std::vector<std::span<std::uint64_t const>>;

PackedBlock random_block(std::int64_t variants, std::int64_t samples, double missing,
                         std::mt19937_64& random) {
    std::uniform_real_distribution<double> uniform;
    PackedBlock block{variants, samples};
    for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            block.set(
                v, s,
                uniform(random) < missing ? missing_genotype : static_cast<unsigned>(random() % 3));
        }
    }
    return block;
}

Rows rows_of(PackedView block) {
    Rows rows;
    for (LocalVariantIndex v{0}; v.get() < block.variants(); ++v) rows.push_back(block.row(v));
    return rows;
}

struct Weights {
    std::int64_t scores;
    std::int64_t variants;
    std::vector<double> values;   // scores x variants
    std::vector<double> counted;  // ALT alleles of a missing genotype
    std::vector<double> scales;

    MatrixView<double const> view() const { return {values.data(), scores, variants}; }
    double operator()(std::int64_t c, std::int64_t v) const {
        return values[static_cast<std::size_t>(c * variants + v)];
    }
};

// Scores of very different sizes; some weigh nothing, some few variants. The first variant has
// the largest weight, and a missing genotype counts two of it: the largest
// integer there is.
Weights random_weights(std::int64_t scores, std::int64_t variants, std::mt19937_64& random) {
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    Weights weights{scores, variants, {}, {}, {}};
    for (std::int64_t c = 0; c < scores; ++c) {
        double const size = std::pow(10.0, static_cast<double>(c % 13) - 8);
        double const share = c % 5 == 3 ? 0 : c % 5 == 4 ? 0.02 : 1;
        double largest = 0;
        double total = 0;
        for (std::int64_t v = 0; v < variants; ++v) {
            double const weight = v == 0 ? 6 * size * (c % 2 == 0 ? 1 : -1) : size * normal(random);
            weights.values.push_back(uniform(random) < share ? weight : 0);
            largest = std::max(largest, std::abs(weights.values.back()));
            total += std::abs(weights.values.back());
        }
        weights.scales.push_back(choose_score_scale(largest, total));
    }
    for (std::int64_t v = 0; v < variants; ++v) {
        weights.counted.push_back(v == 0 ? 2 : 2 * uniform(random));
    }
    return weights;
}

std::vector<std::int64_t> naive_sums(PackedView block, Weights const& weights) {
    std::vector<std::int64_t> sums;
    for (SampleIndex s{0}; s.get() < block.samples(); ++s) {
        for (std::int64_t c = 0; c < weights.scores; ++c) {
            auto const scale = weights.scales[static_cast<std::size_t>(c)];
            std::int64_t sum = 0;
            for (LocalVariantIndex v{0}; v.get() < block.variants(); ++v) {
                auto const genotype = block.genotype(v, s);
                auto const weight = weights(c, v.get());
                sum += genotype == missing_genotype
                           ? to_score_integer(weight * weights.counted[v.at()], scale)
                           : genotype * to_score_integer(weight, scale);
            }
            sums.push_back(sum);
        }
    }
    return sums;
}

struct Shape {
    std::int64_t variants;
    std::int64_t samples;
    std::int64_t scores;
    double missing;
};

TEST_CASE("add_scores: every form gives the sums over variants, to the integer", "[genotype]") {
    auto const shape =
        GENERATE(Shape{1, 1, 1, 0}, Shape{1, 257, 3, 0.5}, Shape{64, 1, 9, 0.1},
                 Shape{65, 511, 1, 0.01}, Shape{63, 512, 8, 0}, Shape{257, 513, 2, 0.02},
                 Shape{300, 1030, 17, 0.05}, Shape{700, 300, 90, 0.01}, Shape{2048, 40, 5, 0.3},
                 Shape{33, 600, 70, 1}, Shape{5, 256, 131, 0.2}, Shape{0, 10, 2, 0});
    CAPTURE(shape.variants, shape.samples, shape.scores, shape.missing);
    std::mt19937_64 random{11};
    auto const block = random_block(shape.variants, shape.samples, shape.missing, random);
    auto const weights = random_weights(shape.scores, shape.variants, random);
    auto const expected = naive_sums(block.view(), weights);
    Range<SampleIndex> const everybody{SampleIndex{0}, SampleIndex{shape.samples}};
    ScoreTile tile;
    ScoreWorkspace work;
    for (auto set : runnable_instruction_sets()) {
        for (auto missing : {MissingShare::few, MissingShare::many}) {
            CAPTURE(to_string(set), missing);
            tile.assign(weights.view(), weights.scales, weights.counted, missing);
            std::vector<std::int64_t> sums(expected.size());
            add_scores(score_forms(set), rows_of(block.view()), tile, everybody, work,
                       {sums.data(), shape.samples, shape.scores});
            CHECK(sums == expected);
        }
    }
}

TEST_CASE("add_scores: tiles and parts of the samples add up", "[genotype]") {
    std::mt19937_64 random{12};
    constexpr std::int64_t samples = 1300;
    constexpr std::int64_t scores = 12;
    auto const block = random_block(90, samples, 0.05, random);
    auto const weights = random_weights(scores, 90, random);
    auto const rows = rows_of(block.view());
    auto expected = naive_sums(block.view(), weights);
    for (auto& sum : expected) sum += 7;
    std::vector<std::int64_t> sums(expected.size(), 7);
    ScoreTile tile;
    ScoreWorkspace work;
    for (std::int64_t v = 0; v < 90; v += 50) {
        auto const count = std::min<std::int64_t>(50, 90 - v);
        tile.assign({weights.values.data() + v, scores, count, 90}, weights.scales,
                    std::span{weights.counted}.subspan(static_cast<std::size_t>(v),
                                                       static_cast<std::size_t>(count)),
                    MissingShare::few);
        for (std::int64_t s = 0; s < samples; s += score_chunk) {
            auto const last = std::min(samples, s + score_chunk);
            add_scores(std::span{rows}.subspan(static_cast<std::size_t>(v),
                                               static_cast<std::size_t>(count)),
                       tile, {SampleIndex{s}, SampleIndex{last}}, work,
                       {sums.data() + s * scores, last - s, scores});
        }
    }
    CHECK(sums == expected);
}

TEST_CASE("choose_score_scale: sums stay near those of reals and inside 64 bits", "[genotype]") {
    std::mt19937_64 random{13};
    std::exponential_distribution<double> exponential;
    std::vector<double> weights;
    for (int v = 0; v < 200'000; ++v) weights.push_back(std::pow(exponential(random), 3));
    double const largest = *std::max_element(weights.begin(), weights.end());
    long double total = 0;
    for (auto weight : weights) total += weight;
    auto const scale = choose_score_scale(largest, static_cast<double>(total));
    std::int64_t sum = 0;
    for (auto weight : weights) {
        auto const integer = to_score_integer(weight, scale);
        REQUIRE(integer <= std::int64_t{1} << 45);
        sum += 2 * integer;  // everybody homozygous
    }
    CHECK(sum <= std::int64_t{1} << 62);
    CHECK(std::abs(static_cast<long double>(sum) / scale - 2 * total) < 1e-12L * total);

    CHECK(choose_score_scale(0, 0) == 1);
    CHECK(choose_score_scale(1, 1) == 0x1p45);
    CHECK(choose_score_scale(1, 0x1p20) == 0x1p41);
    CHECK(std::isfinite(choose_score_scale(1e-320, 1e-320)));
    CHECK_THROWS_AS(choose_score_scale(2, 1), ContractViolation);
    CHECK_THROWS_AS(choose_score_scale(1, INFINITY), ContractViolation);
}

TEST_CASE("to_score_integer: rounds half to even", "[genotype]") {
    CHECK(to_score_integer(2.5, 1) == 2);
    CHECK(to_score_integer(-3.5, 1) == -4);
    CHECK(to_score_integer(-0x1p46, 1) == -(std::int64_t{1} << 46));
    CHECK_THROWS_AS(to_score_integer(0x1p51, 1), ContractViolation);
}

TEST_CASE("add_scores: refuses extents that do not agree", "[genotype]") {
    PackedBlock const block{3, 600};
    auto const rows = rows_of(block.view());
    std::vector<double> const weights(6, 1);
    std::vector<double> const counted(3);
    std::vector<double> const scales(2, 1);
    ScoreTile tile;
    CHECK_THROWS_AS(
        tile.assign({weights.data(), 2, 3}, std::span{scales}.first(1), counted, MissingShare::few),
        ContractViolation);
    tile.assign({weights.data(), 2, 3}, scales, counted, MissingShare::few);
    ScoreWorkspace work;
    std::vector<std::int64_t> sums(2000);
    auto const add = [&](std::span<std::span<std::uint64_t const> const> some, std::int64_t first,
                         std::int64_t last, std::int64_t samples) {
        add_scores(some, tile, {SampleIndex{first}, SampleIndex{last}}, work,
                   {sums.data(), samples, 2});
    };
    CHECK_NOTHROW(add(rows, 512, 600, 88));
    CHECK_THROWS_AS(add(std::span{rows}.first(2), 0, 600, 600), ContractViolation);
    CHECK_THROWS_AS(add(rows, 256, 600, 344), ContractViolation);
    CHECK_THROWS_AS(add(rows, 0, 600, 599), ContractViolation);
    CHECK_THROWS_AS(add(rows, 0, 900, 900), ContractViolation);
}

}  // namespace
}  // namespace maniple

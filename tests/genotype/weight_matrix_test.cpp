#include "maniple/genotype/weight_matrix.hpp"

#include <limits>
#include <random>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// variants x scores, a share of them not zero.
std::vector<std::vector<double>> random_rows(std::size_t scores, std::size_t variants,
                                             double share) {
    std::mt19937 random{11};
    std::bernoulli_distribution is_there{share};
    std::normal_distribution<double> weight;
    std::vector rows(variants, std::vector<double>(scores));
    for (auto& row : rows) {
        for (auto& value : row) value = is_there(random) ? weight(random) : 0.0;
    }
    return rows;
}

TEST_CASE("WeightMatrix: gives back what it was made of", "[genotype]") {
    for (auto const& [scores, variants, share] :
         {std::tuple{1U, 1U, 1.0}, {3U, 17U, 0.0}, {5U, 40U, 0.2}, {4U, 9U, 1.0}, {7U, 0U, 1.0}}) {
        CAPTURE(scores, variants, share);
        auto const rows = random_rows(scores, variants, share);
        WeightMatrix matrix{scores};
        for (auto const& row : rows) matrix.append_variant(row);
        REQUIRE(matrix.scores() == scores);
        REQUIRE(matrix.variants() == variants);

        std::vector<std::int64_t> counts(scores);
        for (ScoreIndex s{0}; s < ScoreIndex{scores}; ++s) {
            auto const column = matrix.score(s);
            REQUIRE(column.size() == variants);
            for (ScoredVariantIndex v{0}; v < ScoredVariantIndex{variants}; ++v) {
                CHECK(matrix.at(s, v) == rows[v.at()][s.at()]);
                CHECK(column[v.at()] == rows[v.at()][s.at()]);
                counts[s.at()] += column[v.at()] != 0 ? 1 : 0;
            }
        }
        CHECK(matrix.count_variants() == counts);
        for (std::int64_t first = 0; first <= variants; first += 3) {
            Range const range{ScoredVariantIndex{first},
                              ScoredVariantIndex{std::min<std::int64_t>(first + 4, variants)}};
            std::vector<double> dense(scores * static_cast<std::size_t>(range.size()) + 1, 99.0);
            MatrixView<double> const block{dense.data(), scores, range.size()};
            matrix.copy_block(range, block);
            for (std::int64_t s = 0; s < scores; ++s) {
                for (std::int64_t v = 0; v < range.size(); ++v) {
                    CHECK(block(s, v) ==
                          rows[static_cast<std::size_t>(first + v)][static_cast<std::size_t>(s)]);
                }
            }
            CHECK(dense.back() == 99.0);
        }
        WeightMatrix const again{scores,
                                 {matrix.starts().begin(), matrix.starts().end()},
                                 {matrix.members().begin(), matrix.members().end()},
                                 {matrix.weights().begin(), matrix.weights().end()}};
        CHECK(again == matrix);
    }
}

TEST_CASE("WeightMatrix: either zero leaves a variant out", "[genotype]") {
    WeightMatrix matrix{2};
    matrix.append_variant(std::vector{-0.0, 0.0});
    matrix.append_variant(std::vector{0.0, std::numeric_limits<double>::denorm_min()});
    CHECK(matrix.nonzero() == 1);
    CHECK(matrix.count_variants() == std::vector<std::int64_t>{0, 1});
}

TEST_CASE("WeightMatrix: only compressed sparse rows are valid", "[genotype]") {
    using Starts = std::vector<std::int64_t>;
    using Members = std::vector<std::int32_t>;
    using Weights = std::vector<double>;
    auto const valid = [](Starts const& starts, Members const& members, Weights const& weights) {
        return WeightMatrix::is_valid(2, starts, members, weights);
    };
    CHECK(valid({0}, {}, {}));
    CHECK(valid({0, 2, 2, 3}, {0, 1, 1}, {1, 2, 3}));
    CHECK_FALSE(valid({}, {}, {}));
    CHECK_FALSE(valid({1, 2}, {0, 1}, {1, 2}));
    CHECK_FALSE(valid({0, 1}, {0, 1}, {1, 2}));
    CHECK_FALSE(valid({0, 2, 1, 2}, {0, 1}, {1, 2}));
    CHECK_FALSE(valid({0, 2}, {1, 0}, {1, 2}));
    CHECK_FALSE(valid({0, 2}, {1, 1}, {1, 2}));
    CHECK_FALSE(valid({0, 1}, {2}, {1}));
    CHECK_FALSE(valid({0, 1}, {-1}, {1}));
    CHECK_FALSE(valid({0, 1}, {0}, {0}));
    CHECK_FALSE(valid({0, 1}, {0}, {std::numeric_limits<double>::infinity()}));
    CHECK_FALSE(valid({0, 1}, {0, 1}, {1}));
    CHECK_THROWS_AS((WeightMatrix{1, {0, 1}, {1}, {1}}), ContractViolation);
}

TEST_CASE("WeightMatrix: refuses what is outside", "[genotype]") {
    CHECK_THROWS_AS(WeightMatrix{-1}, ContractViolation);
    WeightMatrix matrix{2};
    matrix.append_variant(std::vector{1.0, 2.0});
    CHECK_THROWS_AS(matrix.append_variant(std::vector{1.0}), ContractViolation);
    CHECK_THROWS_AS(
        matrix.append_variant(std::vector{1.0, std::numeric_limits<double>::quiet_NaN()}),
        ContractViolation);
    CHECK_THROWS_AS(matrix.at(ScoreIndex{2}, ScoredVariantIndex{0}), ContractViolation);
    CHECK_THROWS_AS(matrix.at(ScoreIndex{0}, ScoredVariantIndex{1}), ContractViolation);
    CHECK_THROWS_AS(matrix.variant(ScoredVariantIndex{-1}), ContractViolation);
    std::vector<double> dense(4);
    Range const all{ScoredVariantIndex{0}, ScoredVariantIndex{1}};
    CHECK_THROWS_AS(matrix.copy_block(all, {dense.data(), 1, 1}), ContractViolation);
    CHECK_THROWS_AS(matrix.copy_block({all.first, all.last + 1}, {dense.data(), 2, 2}),
                    ContractViolation);
}

}  // namespace
}  // namespace maniple

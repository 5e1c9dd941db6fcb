#include "maniple/model/block_ridge.hpp"

#include <algorithm>
#include <cmath>
#include <iostream>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

using Column = std::vector<double>;
using Columns = std::vector<Column>;

constexpr double missing_value = std::numeric_limits<double>::quiet_NaN();

double dot_product(Column const& a, Column const& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

void subtract(Column& from, double times, Column const& column) {
    for (std::size_t i = 0; i < from.size(); ++i) from[i] -= times * column[i];
}

// What some columns leave of another.
class Projection {
public:
    void add(Column column) {
        auto const before = dot_product(column, column);
        leave(column);
        auto const after = dot_product(column, column);
        if (after <= 1e-12 * before) return;
        for (auto& value : column) value /= std::sqrt(after);
        basis_.push_back(column);
    }
    void leave(Column& column) const {
        for (int pass = 0; pass < 3; ++pass) {
            for (auto const& q : basis_) subtract(column, dot_product(q, column), q);
        }
    }
    std::int64_t size() const { return std::ssize(basis_); }

private:
    Columns basis_;
};

// x with matrix * x = b, by elimination; the matrix is symmetric and positive definite.
Column solve_naively(Columns matrix, Column b) {
    auto const size = b.size();
    for (std::size_t k = 0; k < size; ++k) {
        for (std::size_t r = k + 1; r < size; ++r) {
            auto const times = matrix[r][k] / matrix[k][k];
            if (times == 0) continue;
            for (std::size_t c = k; c < size; ++c) matrix[r][c] -= times * matrix[k][c];
            b[r] -= times * b[k];
        }
    }
    for (auto k = size; k-- > 0;) {
        for (std::size_t c = k + 1; c < size; ++c) b[k] -= matrix[k][c] * b[c];
        b[k] /= matrix[k][k];
    }
    return b;
}

// People, some of whom lack covariates, with traits that lack some of the others.
struct Cohort {
    std::int64_t samples;
    PackedBlock genotypes;
    std::vector<SampleIndex> base;
    Columns covariates;               // Of the base.
    std::vector<std::int32_t> folds;  // Of the base.
    Columns residuals;                // Of the base.
    LevelZeroSettings settings;

    CovariateBasis basis() const {
        CovariateBasis made{base, OrthonormalBasis{std::ssize(base)}, {}};
        made.basis.add(Column(base.size(), 1.0));
        for (auto const& covariate : covariates) made.basis.add(covariate);
        return made;
    }
    Column counts(LocalVariantIndex v) const {  // NaN where missing.
        Column found;
        for (auto s : base) {
            auto const genotype = genotypes.view().genotype(v, s);
            found.push_back(genotype == missing_genotype ? missing_value : genotype);
        }
        return found;
    }
    LevelZeroDesign design() const {
        std::vector<std::span<double const>> const views(residuals.begin(), residuals.end());
        return {basis(), samples, folds, views, settings};
    }
    std::vector<LocalVariantIndex> all_variants() const {
        std::vector<LocalVariantIndex> all;
        for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) all.push_back(v);
        return all;
    }
};

struct Shape {
    std::int64_t variants;
    std::int64_t samples;
    std::int64_t folds;
    double missing;  // Share of the genotypes.
};

// Neighbours are alike; the first variants are traps: without variation, without any genotype, all
// but collinear with a covariate.
PackedBlock make_genotypes(Shape const& shape, std::mt19937_64& random) {
    PackedBlock block{shape.variants, shape.samples};
    std::uniform_real_distribution<double> uniform;
    for (LocalVariantIndex v{0}; v.get() < shape.variants; ++v) {
        auto const frequency = 0.02 + 0.48 * uniform(random);
        auto const allele = [&] { return uniform(random) < frequency ? 1U : 0U; };
        for (SampleIndex s{0}; s.get() < shape.samples; ++s) {
            auto genotype = allele() + allele();
            if (v.get() > 0 && uniform(random) < 0.4) {
                auto const before = block.view().genotype(v + -1, s);
                if (before != missing_genotype) genotype = before;
            }
            if (v.get() % 3 != 0 && uniform(random) < shape.missing) genotype = missing_genotype;
            if (shape.variants > 8 && v.get() == 4) genotype = 1;
            if (shape.variants > 8 && v.get() == 5) genotype = missing_genotype;
            block.set(v, s, genotype);
        }
    }
    return block;
}

// The part of a trait that covariates leave over the samples that have it.
Column residual_of(Column const& trait, Columns const& covariates) {
    std::vector<std::size_t> present;
    for (std::size_t i = 0; i < trait.size(); ++i) {
        if (!std::isnan(trait[i])) present.push_back(i);
    }
    auto const pick = [&](Column const& from) {
        Column picked;
        for (auto i : present) picked.push_back(from[i]);
        return picked;
    };
    Projection projection;
    projection.add(Column(present.size(), 1.0));
    for (auto const& covariate : covariates) projection.add(pick(covariate));
    auto left = pick(trait);
    projection.leave(left);
    auto residual = Column(trait.size(), missing_value);
    for (std::size_t k = 0; k < present.size(); ++k) residual[present[k]] = left[k];
    return residual;
}

Cohort make_cohort(Shape const& shape) {
    std::mt19937_64 random{static_cast<std::uint64_t>(shape.variants * 1000 + shape.samples)};
    std::normal_distribution<double> normal;
    std::uniform_real_distribution<double> uniform;
    Cohort cohort{shape.samples, make_genotypes(shape, random), {}, {}, {}, {}, {}};
    cohort.settings.variants = 3 * shape.variants;
    cohort.settings.folds = shape.folds;
    for (SampleIndex s{0}; s.get() < shape.samples; ++s) {
        if (uniform(random) < 0.95) cohort.base.push_back(s);
    }
    for (std::size_t i = 0; i < cohort.base.size(); ++i)
        cohort.folds.push_back(
            static_cast<std::int32_t>(random() % static_cast<std::uint64_t>(shape.folds)));
    Column const nothing(cohort.base.size());
    cohort.covariates.assign(2, nothing);
    for (auto& covariate : cohort.covariates) {
        for (auto& value : covariate) value = 50 + 10 * normal(random);
    }
    if (shape.variants > 8) {  // With variant 6, which has all genotypes, as a covariate.
        cohort.covariates.push_back(cohort.counts(LocalVariantIndex{6}));
    }
    // Nobody lacks; few; the same few; many; only samples of fold 1; one.
    for (int t = 0; t < 6; ++t) {
        auto trait = nothing;
        for (LocalVariantIndex v{0}; v.get() < shape.variants; ++v) {
            auto const effect = normal(random) / std::sqrt(static_cast<double>(shape.variants));
            auto const counts = cohort.counts(v);
            for (std::size_t i = 0; i < trait.size(); ++i)
                trait[i] += std::isnan(counts[i]) ? 0 : effect * counts[i];
        }
        for (std::size_t i = 0; i < trait.size(); ++i) {
            trait[i] += normal(random) + 0.05 * cohort.covariates[0][i];
            bool const lacks = (t == 1 || t == 2) ? i % 37 == 5
                               : t == 3           ? i % 5 < 2
                               : t == 4           ? cohort.folds[i] == 1 && i % 2 == 0
                               : t == 5           ? i == 3
                                                  : false;
            if (lacks) trait[i] = missing_value;
        }
        cohort.residuals.push_back(residual_of(trait, cohort.covariates));
    }
    return cohort;
}

// Standardised genotypes of the variants that stay.
Columns standardise_naively(Cohort const& cohort) {
    Projection projection;
    projection.add(Column(cohort.base.size(), 1.0));
    for (auto const& covariate : cohort.covariates) projection.add(covariate);
    Columns standardised;
    for (auto v : cohort.all_variants()) {
        auto column = cohort.counts(v);
        double sum = 0;
        double called = 0;
        for (auto count : column) {
            if (std::isnan(count)) continue;
            sum += count;
            ++called;
        }
        for (auto& count : column) count = std::isnan(count) ? 0 : count - sum / called;
        projection.leave(column);
        auto const freedom = static_cast<double>(std::ssize(column) - projection.size());
        auto const sd = std::sqrt(dot_product(column, column) / freedom);
        if (!(sd > 2e-6)) continue;
        for (auto& value : column) value /= sd;
        standardised.push_back(column);
    }
    return standardised;
}

// One trait's predictor: the whole definition in plain loops.
Column predict_naively(Cohort const& cohort, Columns const& genotypes, Column const& trait,
                       double heritability) {
    auto const penalty =
        static_cast<double>(cohort.settings.variants) * (1 - heritability) / heritability;
    Column prediction(trait.size());
    for (std::int32_t f = 0; f < cohort.settings.folds; ++f) {
        auto const takes_part = [&](std::size_t i) {
            return cohort.folds[i] != f && !std::isnan(trait[i]);
        };
        Columns matrix(genotypes.size(), Column(genotypes.size()));
        Column b(genotypes.size());
        for (std::size_t i = 0; i < trait.size(); ++i) {
            if (!takes_part(i)) continue;
            for (std::size_t r = 0; r < genotypes.size(); ++r) {
                b[r] += genotypes[r][i] * trait[i];
                for (std::size_t c = 0; c < genotypes.size(); ++c)
                    matrix[r][c] += genotypes[r][i] * genotypes[c][i];
            }
        }
        for (std::size_t r = 0; r < genotypes.size(); ++r) matrix[r][r] += penalty;
        auto const beta = solve_naively(matrix, b);
        for (std::size_t i = 0; i < trait.size(); ++i) {
            if (cohort.folds[i] != f) continue;
            for (std::size_t r = 0; r < genotypes.size(); ++r)
                prediction[i] += genotypes[r][i] * beta[r];
        }
    }
    double count = 0;
    double sum = 0;
    for (std::size_t i = 0; i < trait.size(); ++i) {
        if (std::isnan(trait[i])) prediction[i] = 0;
        count += std::isnan(trait[i]) ? 0 : 1;
        sum += prediction[i];
    }
    double squares = 0;
    for (std::size_t i = 0; i < trait.size(); ++i) {
        if (!std::isnan(trait[i])) prediction[i] -= sum / count;
        squares += prediction[i] * prediction[i];
    }
    if (squares == 0) return prediction;
    for (auto& value : prediction) value *= std::sqrt((count - 1) / squares);
    return prediction;
}

struct Predictors {
    std::int64_t samples;
    std::vector<float> values;
    std::int64_t dropped;

    std::span<float const> row(std::int64_t r) const {
        return std::span{values}.subspan(static_cast<std::size_t>(r * samples),
                                         static_cast<std::size_t>(samples));
    }
};

// The rows of values, one after the other.
std::vector<float*> rows_in(std::vector<float>& values, std::int64_t samples) {
    std::vector<float*> rows;
    for (std::int64_t at = 0; at < std::ssize(values); at += samples) {
        rows.push_back(values.data() + at);
    }
    return rows;
}

Predictors predict(Cohort const& cohort) {
    auto const design = cohort.design();
    Predictors found{design.samples(), {}, 0};
    found.values.assign(static_cast<std::size_t>(design.predictors() * design.samples()), -7.0F);
    BlockRidge ridge{design};
    found.dropped = ridge.predict(cohort.genotypes.view(), cohort.all_variants(),
                                  rows_in(found.values, design.samples()));
    return found;
}

void compare(Cohort const& cohort) {
    auto const genotypes = standardise_naively(cohort);
    auto const found = predict(cohort);
    CHECK(found.dropped == cohort.genotypes.variants() - std::ssize(genotypes));
    std::int64_t row = 0;
    for (auto const& trait : cohort.residuals) {
        for (auto heritability : cohort.settings.heritabilities) {
            auto const expected = predict_naively(cohort, genotypes, trait, heritability);
            double worst = 0;
            for (std::size_t i = 0; i < expected.size(); ++i) {
                auto const difference = std::abs(found.row(row)[i] - expected[i]);
                if (!(difference <= worst)) worst = difference;
            }
            // Where samples are lacked, solutions are found step by step, to 1e-5.
            bool const is_complete =
                std::ranges::none_of(trait, [](double y) { return std::isnan(y); });
            CAPTURE(row, heritability);
            CHECK(worst < (is_complete ? 1e-6 : 2e-5));
            ++row;
        }
    }
}

TEST_CASE("BlockRidge: predictors are those of the definition", "[model]") {
    auto const shape =
        GENERATE(Shape{1, 90, 5, 0}, Shape{2, 61, 2, 0.1}, Shape{11, 70, 2, 0},
                 Shape{15, 150, 5, 0.05}, Shape{16, 130, 3, 0.02}, Shape{33, 300, 5, 0},
                 Shape{70, 401, 5, 0.03}, Shape{64, 90, 4, 0.2}, Shape{80, 70, 5, 0.01});
    CAPTURE(shape.variants, shape.samples, shape.folds, shape.missing);
    compare(make_cohort(shape));
}

TEST_CASE("BlockRidge: more variants than are turned round together", "[model]") {
    auto cohort = make_cohort({530, 600, 2, 0.01});
    cohort.settings.heritabilities = {0.3};
    cohort.residuals.erase(cohort.residuals.begin() + 4, cohort.residuals.end());
    compare(cohort);
}

TEST_CASE("BlockRidge: the base may stand in the order of folds", "[model]") {
    auto cohort = make_cohort({33, 300, 5, 0.02});
    std::vector<std::size_t> order(cohort.base.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return cohort.folds[i]; });
    auto const reorder = [&](auto& values) {
        auto const before = values;
        for (std::size_t i = 0; i < order.size(); ++i) values[i] = before[order[i]];
    };
    reorder(cohort.base);
    reorder(cohort.folds);
    for (auto& covariate : cohort.covariates) reorder(covariate);
    for (auto& residual : cohort.residuals) reorder(residual);
    compare(cohort);
}

TEST_CASE("BlockRidge: a trait's predictors do not depend on its companions", "[model]") {
    auto const cohort = make_cohort({40, 200, 5, 0.02});
    auto const together = predict(cohort);
    auto const rows = std::ssize(cohort.settings.heritabilities);
    for (std::size_t t = 0; t < cohort.residuals.size(); ++t) {
        auto alone = make_cohort({40, 200, 5, 0.02});
        alone.residuals = {cohort.residuals[t]};
        auto const found = predict(alone);
        for (std::int64_t h = 0; h < rows; ++h) {
            CAPTURE(t, h);
            CHECK(std::ranges::equal(found.row(h),
                                     together.row(static_cast<std::int64_t>(t) * rows + h)));
        }
    }
}

TEST_CASE("BlockRidge: blocks of different sizes leave nothing to the next; chosen variants",
          "[model]") {
    auto const cohort = make_cohort({60, 150, 5, 0.02});
    auto const design = cohort.design();
    auto const all = cohort.all_variants();
    auto const some = std::span{all}.subspan(20, 17);
    auto const run = [&](BlockRidge& ridge, std::span<LocalVariantIndex const> rows) {
        std::vector<float> values(static_cast<std::size_t>(design.predictors() * design.samples()));
        ridge.predict(cohort.genotypes.view(), rows, rows_in(values, design.samples()));
        return values;
    };
    BlockRidge fresh{design};
    auto const expected = run(fresh, some);
    BlockRidge used{design};
    run(used, all);
    CHECK(run(used, some) == expected);
    CHECK(std::ranges::any_of(expected, [](float value) { return value != 0; }));
}

TEST_CASE("BlockRidge: variants without variation predict nothing", "[model]") {
    auto cohort = make_cohort({3, 80, 2, 0});
    for (auto& word : cohort.genotypes.words()) word = 0;
    auto const found = predict(cohort);
    CHECK(found.dropped == 3);
    CHECK(std::ranges::all_of(found.values, [](float value) { return value == 0; }));
}

TEST_CASE("BlockRidge: a trait without samples predicts nothing", "[model]") {
    auto cohort = make_cohort({12, 80, 2, 0});
    cohort.residuals = {Column(cohort.base.size(), missing_value)};
    auto const found = predict(cohort);
    CHECK(std::ranges::all_of(found.values, [](float value) { return value == 0; }));
}

Cohort make_scored_cohort(Shape const& shape) {
    auto cohort = make_cohort(shape);
    cohort.settings.fits = LevelZeroFits::everybody;
    cohort.settings.tolerance = 1e-7;
    return cohort;
}

// A block's share in the scores of all traits, and what it predicts of each sample of the base.
struct Weighed {
    BlockScores scores;
    Columns predictions;  // traits x base
};

Weighed weigh(Cohort const& cohort, std::span<double const> coefficients) {
    auto const design = cohort.design();
    BlockRidge ridge{design};
    Weighed found{ridge.weigh(cohort.genotypes.view(), cohort.all_variants(), coefficients), {}};
    auto const basis = cohort.basis();
    auto const variants = static_cast<std::size_t>(cohort.genotypes.variants());
    auto const rank = static_cast<std::size_t>(basis.basis.columns());
    for (std::size_t t = 0; t < cohort.residuals.size(); ++t) {
        Column predicted(cohort.base.size());
        for (auto v : cohort.all_variants()) {
            auto counts = cohort.counts(v);
            for (auto& count : counts) {
                count = std::isnan(count) ? 0 : count - found.scores.means[v.at()];
            }
            subtract(predicted, -found.scores.weights[t * variants + v.at()], counts);
        }
        for (std::size_t k = 0; k < rank; ++k) {
            auto const own = basis.basis.column(static_cast<std::int64_t>(k));
            subtract(predicted, found.scores.slopes[t * rank + k], {own.begin(), own.end()});
        }
        found.predictions.push_back(predicted);
    }
    return found;
}

// The same from the definition: of one trait, with coefficients of its heritabilities.
Column weigh_naively(Cohort const& cohort, Columns const& genotypes, Column const& trait,
                     std::span<double const> coefficients) {
    Column prediction(trait.size());
    for (std::size_t h = 0; h < coefficients.size(); ++h) {
        auto const share = cohort.settings.heritabilities[h];
        auto const penalty = static_cast<double>(cohort.settings.variants) * (1 - share) / share;
        Columns matrix(genotypes.size(), Column(genotypes.size()));
        Column b(genotypes.size());
        for (std::size_t i = 0; i < trait.size(); ++i) {
            if (std::isnan(trait[i])) continue;
            for (std::size_t r = 0; r < genotypes.size(); ++r) {
                b[r] += genotypes[r][i] * trait[i];
                for (std::size_t c = 0; c < genotypes.size(); ++c)
                    matrix[r][c] += genotypes[r][i] * genotypes[c][i];
            }
        }
        for (std::size_t r = 0; r < genotypes.size(); ++r) matrix[r][r] += penalty;
        auto const beta = solve_naively(matrix, b);
        for (std::size_t r = 0; r < genotypes.size(); ++r)
            subtract(prediction, -coefficients[h] * beta[r], genotypes[r]);
    }
    return prediction;
}

std::vector<double> made_up_coefficients(Cohort const& cohort) {
    std::vector<double> made;
    for (std::size_t c = 0; c < cohort.residuals.size() * cohort.settings.heritabilities.size();
         ++c)
        made.push_back(0.3 + 0.1 * static_cast<double>(c % 7) - 0.05 * static_cast<double>(c % 3));
    return made;
}

TEST_CASE("BlockRidge: weights predict what the definition does, with nobody left out", "[model]") {
    auto const shape = GENERATE(Shape{1, 90, 5, 0}, Shape{11, 70, 2, 0}, Shape{15, 150, 5, 0.05},
                                Shape{70, 401, 5, 0.03}, Shape{80, 70, 5, 0.01});
    CAPTURE(shape.variants, shape.samples, shape.folds, shape.missing);
    auto const cohort = make_scored_cohort(shape);
    auto const coefficients = made_up_coefficients(cohort);
    auto const steps = cohort.settings.heritabilities.size();
    auto const genotypes = standardise_naively(cohort);
    auto const found = weigh(cohort, coefficients);
    for (std::size_t t = 0; t < cohort.residuals.size(); ++t) {
        auto const expected = weigh_naively(cohort, genotypes, cohort.residuals[t],
                                            std::span{coefficients}.subspan(t * steps, steps));
        auto difference = expected;
        subtract(difference, 1, found.predictions[t]);
        CAPTURE(t);
        CHECK(dot_product(difference, difference) <=
              1e-12 * dot_product(expected, expected) + 1e-24);
    }
}

TEST_CASE("BlockRidge: a trait's weights do not depend on its companions", "[model]") {
    auto const cohort = make_scored_cohort({40, 200, 5, 0.02});
    auto const coefficients = made_up_coefficients(cohort);
    auto const steps = cohort.settings.heritabilities.size();
    auto const together = weigh(cohort, coefficients);
    for (std::size_t t = 0; t < cohort.residuals.size(); ++t) {
        auto alone = make_scored_cohort({40, 200, 5, 0.02});
        alone.residuals = {cohort.residuals[t]};
        auto const found = weigh(alone, std::span{coefficients}.subspan(t * steps, steps));
        CHECK(std::ranges::equal(found.scores.weights,
                                 std::span{together.scores.weights}.subspan(t * 40, 40)));
        CHECK(found.predictions[0] == together.predictions[t]);
    }
}

TEST_CASE("BlockRidge: deviations are what predictors were divided by", "[model]") {
    auto cohort = make_cohort({33, 300, 5, 0.02});
    cohort.residuals.resize(1);
    auto const design = cohort.design();
    std::vector<float> values(static_cast<std::size_t>(design.predictors() * design.samples()));
    std::vector<double> deviations(static_cast<std::size_t>(design.predictors()));
    BlockRidge{design}.predict(cohort.genotypes.view(), cohort.all_variants(),
                               rows_in(values, design.samples()), deviations);
    // A trait a thousand times as large has the same predictors.
    for (auto& value : cohort.residuals[0]) value *= 1000;
    auto const larger = cohort.design();
    auto more = deviations;
    auto same = values;
    BlockRidge{larger}.predict(cohort.genotypes.view(), cohort.all_variants(),
                               rows_in(same, larger.samples()), more);
    for (std::size_t c = 0; c < deviations.size(); ++c) {
        CHECK(deviations[c] > 0);
        CHECK(more[c] / deviations[c] == Approx(1000).epsilon(1e-6));
    }
    for (auto& word : cohort.genotypes.words()) word = 0;
    BlockRidge{design}.predict(cohort.genotypes.view(), cohort.all_variants(),
                               rows_in(values, design.samples()), deviations);
    CHECK(std::ranges::all_of(deviations, [](double value) { return value == 0; }));
}

// Hidden: invariance/test_block_ridge_bits.py compares what it prints.
TEST_CASE("BlockRidge: the bits of some predictors", "[.bits]") {
    for (auto const& shape :
         {Shape{70, 401, 5, 0.03}, Shape{80, 70, 5, 0.01}, Shape{40, 600, 3, 0}}) {
        auto const found = predict(make_cohort(shape));
        std::cout << "bits " << checksum(std::as_bytes(std::span{found.values})) << '\n';
    }
}

TEST_CASE("LevelZeroDesign, BlockRidge: what must hold is checked", "[model]") {
    auto const good = make_cohort({12, 80, 2, 0});
    auto cohort = make_cohort({12, 80, 2, 0});
    cohort.settings.folds = 1;
    CHECK_THROWS_AS(cohort.design(), ContractViolation);
    cohort.settings.folds = 3;  // Nobody is in the last.
    CHECK_THROWS_AS(cohort.design(), ContractViolation);
    cohort.settings = good.settings;
    cohort.settings.heritabilities = {1.0};
    CHECK_THROWS_AS(cohort.design(), ContractViolation);
    cohort.settings = good.settings;
    cohort.residuals[0].pop_back();
    CHECK_THROWS_AS(cohort.design(), ContractViolation);

    auto const design = good.design();
    BlockRidge ridge{design};
    std::vector<float> values(static_cast<std::size_t>(design.predictors() * design.samples()));
    auto const all = good.all_variants();
    auto rows = rows_in(values, design.samples());
    CHECK_THROWS_AS(ridge.predict(good.genotypes.view(), {}, rows), ContractViolation);
    rows.pop_back();
    CHECK_THROWS_AS(ridge.predict(good.genotypes.view(), all, rows), ContractViolation);

    // Each design is for its own regressions.
    std::vector<double> const coefficients(static_cast<std::size_t>(design.predictors()));
    CHECK_THROWS_AS(ridge.weigh(good.genotypes.view(), all, coefficients), ContractViolation);
    auto const scored = make_scored_cohort({12, 80, 2, 0});
    auto const everybody = scored.design();
    BlockRidge weighing{everybody};
    rows = rows_in(values, design.samples());
    CHECK_THROWS_AS(weighing.predict(good.genotypes.view(), all, rows), ContractViolation);
    CHECK_THROWS_AS(weighing.weigh(good.genotypes.view(), all, std::span{coefficients}.first(1)),
                    ContractViolation);
    CHECK_NOTHROW(weighing.weigh(good.genotypes.view(), all, coefficients));
}

}  // namespace
}  // namespace maniple

#include "maniple/run/ridge_products.hpp"

#include <cmath>
#include <map>
#include <random>

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"
#include "maniple/run/ingest.hpp"
#include "run/given_source.hpp"

namespace maniple {
namespace {

using namespace test;

struct Shape {
    std::int64_t samples = 0;
    std::int64_t variants = 0;
    std::int64_t block_variants = 0;
};

/// A store with given genotypes; the second variant does not vary.
class Stored {
public:
    explicit Stored(Shape const& shape)
        : genotypes_{random_genotypes(shape.variants, shape.samples, 3, 0.2)} {
        for (SampleIndex s{0}; s.get() < shape.samples; ++s) {
            genotypes_.set(LocalVariantIndex{1}, s, s.get() % 5 == 0 ? missing_genotype : 2);
        }
        // The third has one carrier.
        for (SampleIndex s{0}; s.get() < shape.samples; ++s) {
            genotypes_.set(LocalVariantIndex{2}, s, s.get() == 4 ? 1 : 0);
        }
        PackedBlock copy{shape.variants, shape.samples};
        std::ranges::copy(genotypes_.words(), copy.words().begin());
        std::vector<GivenContig> contigs;
        contigs.push_back({"1", make_variants(0, shape.variants), std::move(copy)});
        GivenSource source{make_samples(shape.samples), std::move(contigs)};
        Log log{Speaker::silent};
        std::vector<GenotypeSource*> const sources{&source};
        ingest(path(), sources, {.block_variants = shape.block_variants, .threads = 1}, log);
    }

    std::filesystem::path path() const { return folder_.path() / "s"; }
    PackedView genotypes() const { return genotypes_.view(); }

private:
    ScratchFolder folder_;
    PackedBlock genotypes_;
};

struct NaiveVariant {
    double mean = 0;
    double inverse_sd = 0;
};

NaiveVariant standardise(PackedView genotypes, LocalVariantIndex v, SampleMask const& set) {
    double called = 0;
    double sum = 0;
    double squares = 0;
    set.for_each([&](SampleIndex s) {
        auto const genotype = genotypes.genotype(v, s);
        if (genotype == missing_genotype) return;
        called += 1;
        sum += genotype;
    });
    NaiveVariant made{.mean = called > 0 ? sum / called : 0};
    set.for_each([&](SampleIndex s) {
        auto const genotype = genotypes.genotype(v, s);
        if (genotype == missing_genotype) return;
        squares += (genotype - made.mean) * (genotype - made.mean);
    });
    if (squares > 1e-9) {
        made.inverse_sd = std::sqrt(static_cast<double>(set.count()) / squares);
    }
    return made;
}

double value_of(PackedView genotypes, LocalVariantIndex v, SampleIndex s, NaiveVariant const& way) {
    auto const genotype = genotypes.genotype(v, s);
    return genotype == missing_genotype ? 0 : (genotype - way.mean) * way.inverse_sd;
}

/// X X' p by its definition; `weights` are X'p per ALT allele.
std::vector<double> multiply_naively(PackedView genotypes, SampleMask const& set,
                                     std::span<double const> p, std::vector<double>& weights) {
    std::vector<double> product(p.size());
    weights.clear();
    for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) {
        auto const way = standardise(genotypes, v, set);
        double sum = 0;
        set.for_each([&](SampleIndex s) { sum += value_of(genotypes, v, s, way) * p[s.at()]; });
        weights.push_back(sum * way.inverse_sd);
        for (SampleIndex s{0}; s.get() < genotypes.samples(); ++s) {
            product[s.at()] += value_of(genotypes, v, s, way) * sum;
        }
    }
    return product;
}

double length_of(std::vector<double> const& values) {
    double squares = 0;
    for (double value : values) squares += value * value;
    return std::sqrt(squares);
}

TEST_CASE("multiply_relationships: products and weights by their definition", "[ridge]") {
    auto const shape = GENERATE(Shape{.samples = 300, .variants = 70, .block_variants = 16},
                                Shape{.samples = 1100, .variants = 20, .block_variants = 512},
                                Shape{.samples = 33, .variants = 2100, .block_variants = 4096});
    auto const threads = GENERATE(1, 3);
    Stored const stored{shape};
    Cohort const cohort{stored.path()};
    Log log{Speaker::silent};
    auto const blocks = choose_variants(cohort, {}, log);
    GenotypePasses passes{cohort, blocks, mpi::Communicator::alone(), threads};
    SampleMask everyone{shape.samples};
    SampleMask some{shape.samples};
    for (SampleIndex s{0}; s.get() < shape.samples; ++s) {
        everyone.insert(s);
        if (s.get() % 3 != 1) some.insert(s);
    }
    std::vector<SampleMask const*> const sets{&some, &everyone};
    std::mt19937_64 random{9};
    std::normal_distribution<double> normal;
    std::vector<RelationshipVector> vectors;
    for (std::size_t k = 0; k < 5; ++k) {
        auto const set = k % 2;
        RelationshipVector vector{
            .set = set,
            .values = std::vector<double>(static_cast<std::size_t>(shape.samples)),
            .rest = {}};
        sets[set]->for_each([&](SampleIndex s) { vector.values[s.at()] = normal(random); });
        if (k > 2) {
            vector.rest = vector.values;
            for (double& value : vector.rest) value *= 1e-9 * normal(random);
        }
        vectors.push_back(std::move(vector));
    }
    std::vector<std::vector<double>> weights(
        vectors.size(), std::vector<double>(static_cast<std::size_t>(shape.variants)));
    auto const found = multiply_relationships(
        passes, {{}, &everyone}, sets, vectors,
        [&](GlobalVariantIndex first, MatrixView<double const> seen,
            MatrixView<Standardisation const> ways) {
            CHECK(ways.rows() == 2);
            for (std::int64_t c = 0; c < seen.rows(); ++c) {
                std::ranges::copy(seen.row(c),
                                  weights[static_cast<std::size_t>(c)].begin() + first.get());
            }
        });
    CHECK(found.filtered == 0);
    CHECK(found.varying[1] == shape.variants - 1);
    for (std::size_t k = 0; k < vectors.size(); ++k) {
        auto const& set = *sets[vectors[k].set];
        auto p = vectors[k].values;
        for (std::size_t s = 0; s < vectors[k].rest.size(); ++s) p[s] += vectors[k].rest[s];
        std::vector<double> expected_weights;
        auto expected = multiply_naively(stored.genotypes(), set, p, expected_weights);
        auto const length = length_of(expected);
        for (std::size_t s = 0; s < expected.size(); ++s) expected[s] -= found.values[k][s];
        // Values alone are rounded to fixed point; with a rest nothing is lost.
        CHECK(length_of(expected) < (vectors[k].rest.empty() ? 1e-8 : 3e-9) * length);
        auto const weight = length_of(expected_weights);
        for (std::size_t v = 0; v < expected_weights.size(); ++v) {
            expected_weights[v] -= weights[k][v];
        }
        CHECK(length_of(expected_weights) < 3e-9 * weight);
    }
}

TEST_CASE("multiply_relationships: weights larger than expected are multiplied all the same",
          "[ridge]") {
    Stored const stored{{.samples = 6000, .variants = 8, .block_variants = 4}};
    Cohort const cohort{stored.path()};
    Log log{Speaker::silent};
    auto const blocks = choose_variants(cohort, {}, log);
    GenotypePasses passes{cohort, blocks, mpi::Communicator::alone(), 2};
    SampleMask everyone{6000};
    for (SampleIndex s{0}; s.get() < 6000; ++s) everyone.insert(s);
    // All of it with the carrier of a variant that nobody else carries.
    RelationshipVector alone{.set = 0, .values = std::vector<double>(6000), .rest = {}};
    alone.values[4] = 1e5;
    std::vector<SampleMask const*> const sets{&everyone};
    int seen = 0;
    auto const found = multiply_relationships(passes, {{}, &everyone}, sets, std::vector{alone},
                                              [&](GlobalVariantIndex, MatrixView<double const>,
                                                  MatrixView<Standardisation const>) { ++seen; });
    CHECK(seen == 4);  // Two blocks, twice.
    CHECK(found.varying[0] == 7);
    std::vector<double> weights;
    auto expected = multiply_naively(stored.genotypes(), everyone, alone.values, weights);
    auto const length = length_of(expected);
    for (std::size_t s = 0; s < expected.size(); ++s) expected[s] -= found.values[0][s];
    CHECK(length_of(expected) < 1e-9 * length);
}

TEST_CASE("multiply_relationships: filters leave variants out", "[ridge]") {
    Stored const stored{{.samples = 400, .variants = 30, .block_variants = 8}};
    Cohort const cohort{stored.path()};
    Log log{Speaker::silent};
    auto const blocks = choose_variants(cohort, {}, log);
    GenotypePasses passes{cohort, blocks, mpi::Communicator::alone(), 1};
    SampleMask everyone{400};
    for (SampleIndex s{0}; s.get() < 400; ++s) everyone.insert(s);
    RelationshipVector const ones{.set = 0, .values = std::vector<double>(400, 1.0), .rest = {}};
    std::vector<SampleMask const*> const sets{&everyone};
    auto const found =
        multiply_relationships(passes, {{.min_maf = 0.05}, &everyone}, sets, std::vector{ones});
    CHECK(found.filtered == 2);  // The one that does not vary, and the one with one carrier.
    CHECK(found.varying[0] == 28);
    // Standardised genotypes add up to nothing.
    CHECK(length_of(found.values[0]) < 1e-6);
    CHECK_THROWS_AS(multiply_relationships(passes, {{}, &everyone}, sets, {}), ContractViolation);
    RelationshipVector const astray{.set = 1, .values = std::vector<double>(400), .rest = {}};
    CHECK_THROWS_AS(multiply_relationships(passes, {{}, &everyone}, sets, std::vector{astray}),
                    ContractViolation);
}

}  // namespace
}  // namespace maniple

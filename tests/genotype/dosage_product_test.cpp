#include "maniple/genotype/dosage_product.hpp"

#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/genotype/kernels.hpp"
#include "maniple/genotype/sample_mask.hpp"

namespace maniple {
namespace {

PackedBlock random_block(std::int64_t variants, std::int64_t samples, std::mt19937_64& random) {
    PackedBlock block{variants, samples};
    for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            block.set(v, s, static_cast<unsigned>(random() % 4));
        }
    }
    return block;
}

FixedPointMatrix random_columns(std::int64_t samples, std::vector<int> const& limbs,
                                std::mt19937_64& random) {
    std::uniform_real_distribution<double> value{-1, 1};
    std::vector<FixedPoint> formats;
    for (int count : limbs) formats.push_back({.scale = count == 3 ? 8e6 : 2e9, .limbs = count});
    FixedPointMatrix columns{samples, formats};
    for (std::int64_t c = 0; c < columns.columns(); ++c) {
        std::vector<double> values;
        for (std::int64_t s = 0; s < samples; ++s) values.push_back(value(random));
        columns.set_column(c, values);
    }
    return columns;
}

TEST_CASE("multiply_genotypes: equals the sum over samples, to the integer", "[genotype]") {
    auto const [variants, samples] = GENERATE(table<std::int64_t, std::int64_t>(
        {{1, 1}, {3, 33}, {257, 300}, {5, 4096}, {2, 4097}, {300, 9000}}));
    CAPTURE(variants, samples);
    std::mt19937_64 random{7};
    auto const block = random_block(variants, samples, random);
    auto const columns = random_columns(samples, {3, 4, 3}, random);
    std::vector<std::int64_t> sums(static_cast<std::size_t>(variants * 3));
    ProductWorkspace workspace{columns.digit_columns()};

    multiply_genotypes(block.view(), columns, workspace, {sums.data(), variants, 3});

    std::vector<std::int64_t> expected(sums.size());
    for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            auto const genotype = block.view().genotype(v, s);
            if (genotype == missing_genotype) continue;
            for (std::int64_t c = 0; c < 3; ++c) {
                expected[static_cast<std::size_t>(v.get() * 3 + c)] +=
                    std::int64_t{genotype} * columns(s.get(), c);
            }
        }
    }
    CHECK(sums == expected);
}

TEST_CASE("kernels: every form decodes and counts the same", "[genotype]") {
    std::int64_t const samples = GENERATE(1, 31, 32, 255, 256, 257, 5000);
    std::mt19937_64 random{11};
    auto const block = random_block(1, samples, random);
    SampleMask mask{samples};
    GenotypeCounts expected;
    for (SampleIndex s{0}; s.get() < samples; ++s) {
        if (random() % 3 == 0) continue;
        mask.insert(s);
        switch (block.view().genotype(LocalVariantIndex{0}, s)) {
            case 0:
                ++expected.reference;
                break;
            case 1:
                ++expected.heterozygous;
                break;
            case 2:
                ++expected.alternate;
                break;
            default:
                ++expected.missing;
        }
    }
    auto const row = block.view().row(LocalVariantIndex{0});
    for (auto set : runnable_instruction_sets()) {
        CAPTURE(to_string(set));
        auto const* form = &kernels(set);
        CHECK(form->count(row.data(), mask.words().data(), std::ssize(row)) == expected);
        std::vector<std::uint8_t> dosages(row.size() * 32);
        form->decode(row.data(), std::ssize(row), dosages.data());
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            auto const genotype = block.view().genotype(LocalVariantIndex{0}, s);
            REQUIRE(dosages[s.at()] == (genotype == missing_genotype ? 0 : genotype));
        }
    }
}

TEST_CASE("multiply_genotypes: refuses columns of another cohort", "[genotype]") {
    FixedPointMatrix const columns{4, {FixedPoint{}}};
    PackedBlock const block{1, 5};
    ProductWorkspace workspace{3};
    std::int64_t sum = 0;
    CHECK_THROWS_AS(multiply_genotypes(block.view(), columns, workspace, {&sum, 1, 1}),
                    ContractViolation);
}

}  // namespace
}  // namespace maniple

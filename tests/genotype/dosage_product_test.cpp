#include "maniple/genotype/dosage_product.hpp"

#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "../src/genotype/product_path.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// Variants in turn with random codes, few carriers of ALT, none, everybody missing, everybody
// homozygous, few carriers of REF.
PackedBlock mixed_block(std::int64_t variants, std::int64_t samples, std::mt19937_64& random) {
    PackedBlock block{variants, samples};
    for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            auto const any = static_cast<unsigned>(random() % 4);
            auto const rare = random() % 64 == 0;
            switch (v.get() % 8) {
                case 1:
                case 2:
                    block.set(v, s, rare ? any : 0);
                    break;
                case 3:
                    break;
                case 4:
                    block.set(v, s, missing_genotype);
                    break;
                case 5:
                    block.set(v, s, 2);
                    break;
                case 6:
                    block.set(v, s, rare ? any : 2);
                    break;
                default:
                    block.set(v, s, any);
            }
        }
    }
    return block;
}

// Integers with every digit as low or as high as it gets among random ones.
FixedPointMatrix random_columns(std::int64_t samples, std::int64_t count, std::mt19937_64& random) {
    std::uniform_real_distribution<double> value{-2e9, 2e9};
    FixedPointMatrix columns{samples, std::vector<FixedPoint>(static_cast<std::size_t>(count))};
    for (std::int64_t c = 0; c < count; ++c) {
        std::vector<double> values;
        for (std::int64_t s = 0; s < samples; ++s) {
            double const extreme = random() % 2 == 0 ? -2139062143.0 : -128.0 * 65793.0;
            values.push_back(random() % 2 == 0 ? value(random) : c % 2 == 0 ? extreme : -extreme);
        }
        columns.set_column(c, values);
    }
    return columns;
}

std::vector<std::int64_t> naive_sums(PackedView genotypes, FixedPointMatrix const& columns) {
    std::vector<std::int64_t> sums;
    for (std::int64_t c = 0; c < columns.columns(); ++c) {
        for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) {
            std::int64_t sum = 0;
            for (SampleIndex s{0}; s.get() < genotypes.samples(); ++s) {
                auto const genotype = genotypes.genotype(v, s);
                if (genotype != missing_genotype)
                    sum += genotype * std::int64_t{columns(s.get(), c)};
            }
            sums.push_back(sum);
        }
    }
    return sums;
}

struct Shape {
    std::int64_t variants;
    std::int64_t samples;
    std::int64_t columns;
};

TEST_CASE("multiply_genotypes: every form and path gives the sum over samples, to the integer",
          "[genotype]") {
    auto const shape =
        GENERATE(Shape{1, 1, 1}, Shape{3, 33, 4}, Shape{1, 63, 5}, Shape{17, 64, 1},
                 Shape{9, 65, 3}, Shape{15, 255, 8}, Shape{16, 256, 9}, Shape{33, 257, 17},
                 Shape{48, 1024, 12}, Shape{31, 1025, 11}, Shape{520, 300, 2}, Shape{70, 5000, 16},
                 Shape{37, 2100, 37}, Shape{600, 1100, 60}, Shape{20, 400, 150});
    CAPTURE(shape.variants, shape.samples, shape.columns);
    std::mt19937_64 random{7};
    auto const block = mixed_block(shape.variants, shape.samples, random);
    auto const columns = random_columns(shape.samples, shape.columns, random);
    auto const expected = naive_sums(block.view(), columns);

    ProductWorkspace workspace{shape.columns};
    auto const stride = shape.variants + 3;
    for (auto set : runnable_instruction_sets()) {
        for (auto path : {ProductPath::cheaper, ProductPath::dense, ProductPath::sparse}) {
            CAPTURE(to_string(set), path);
            std::vector<std::int64_t> sums(static_cast<std::size_t>(shape.columns * stride), -7);
            MatrixView<std::int64_t> const view{sums.data(), shape.columns, shape.variants, stride};
            multiply_genotypes(product_form(set), path, block.view(), columns, workspace, view);
            std::vector<std::int64_t> found;
            for (std::int64_t c = 0; c < shape.columns; ++c) {
                for (std::int64_t v = 0; v < stride; ++v) {
                    if (v < shape.variants)
                        found.push_back(view(c, v));
                    else
                        REQUIRE(sums[static_cast<std::size_t>(c * stride + v)] == -7);
                }
            }
            CHECK(found == expected);
        }
    }
}

TEST_CASE("multiply_genotypes: the fastest form is as good, and serves chosen samples",
          "[genotype]") {
    std::mt19937_64 random{8};
    auto const all = random_columns(500, 20, random);
    std::vector<SampleIndex> samples;
    for (std::int64_t s = 3; s < 500; s += 7) samples.push_back(SampleIndex{s});
    auto const columns = all.select(samples, 5, 11);
    auto const block = mixed_block(40, columns.samples(), random);
    std::vector<std::int64_t> sums(11 * 40);
    ProductWorkspace workspace{11};
    multiply_genotypes(block.view(), columns, workspace, {sums.data(), 11, 40});
    CHECK(sums == naive_sums(block.view(), columns));
}

TEST_CASE("multiply_genotypes: few carriers of REF are as cheap as few of ALT", "[genotype]") {
    std::mt19937_64 random{77};
    auto const samples = GENERATE(1, 31, 32, 33, 255, 256, 4000);
    PackedBlock block{20, samples};
    for (LocalVariantIndex v{0}; v.get() < 20; ++v) {
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            block.set(v, s, random() % 500 == 0 ? static_cast<unsigned>(random() % 4) : 2U);
        }
    }
    auto const columns = random_columns(samples, 5, random);
    auto const expected = naive_sums(block.view(), columns);
    ProductWorkspace workspace{5};
    for (auto set : runnable_instruction_sets()) {
        for (auto path : {ProductPath::cheaper, ProductPath::sparse, ProductPath::dense}) {
            std::vector<std::int64_t> sums(100);
            multiply_genotypes(product_form(set), path, block.view(), columns, workspace,
                               {sums.data(), 5, 20});
            CHECK(sums == expected);
        }
    }
}

TEST_CASE("multiply_genotypes: sums outgrow 32 bits", "[genotype]") {
    constexpr std::int64_t samples = 9'000'001;
    PackedBlock block{1, samples};
    auto const row = block.row(LocalVariantIndex{0});
    for (std::int64_t w = 0; w < samples / 32; ++w)
        row[static_cast<std::size_t>(w)] = 0xAAAAAAAAAAAAAAAAU;  // everybody homozygous
    FixedPointMatrix columns{samples, {FixedPoint{}}};
    columns.set_column(0, std::vector<double>(samples, -128.0));
    ProductWorkspace workspace{1};
    for (auto set : runnable_instruction_sets()) {
        CAPTURE(to_string(set));
        std::int64_t sum = 0;
        multiply_genotypes(product_form(set), ProductPath::dense, block.view(), columns, workspace,
                           {&sum, 1, 1});
        CHECK(sum == -256 * (samples / 32 * 32));
    }
}

TEST_CASE("most_sparse_carriers: more samples and slower tiles make more carriers worth it",
          "[genotype]") {
    for (auto set : runnable_instruction_sets()) {
        auto const& costs = product_form(set).costs;
        for (std::int64_t columns : {1, 11, 60, 1010}) {
            auto const few = most_sparse_carriers(costs, 20'000, columns);
            CHECK(few > 0);
            CHECK(few < 20'000);
            CHECK(most_sparse_carriers(costs, 500'000, columns) > 5 * few);
        }
    }
}

TEST_CASE("multiply_genotypes: refuses extents that do not agree", "[genotype]") {
    FixedPointMatrix const columns{4, {FixedPoint{}, FixedPoint{}}};
    ProductWorkspace workspace{2};
    std::vector<std::int64_t> sums(6);
    CHECK_THROWS_AS(
        multiply_genotypes(PackedBlock{3, 5}.view(), columns, workspace, {sums.data(), 2, 3}),
        ContractViolation);
    CHECK_THROWS_AS(
        multiply_genotypes(PackedBlock{3, 4}.view(), columns, workspace, {sums.data(), 3, 2}),
        ContractViolation);
    ProductWorkspace narrow{1};
    FixedPointMatrix const wide{4, std::vector<FixedPoint>(5)};
    CHECK_THROWS_AS(multiply_genotypes(PackedBlock{1, 4}.view(), wide, narrow, {sums.data(), 5, 1}),
                    ContractViolation);
}

}  // namespace
}  // namespace maniple

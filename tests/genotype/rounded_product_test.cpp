#include "maniple/genotype/rounded_product.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "../src/genotype/rounded_path.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

PackedBlock random_block(std::int64_t variants, std::int64_t samples, std::mt19937_64& random) {
    PackedBlock block{variants, samples};
    for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
        for (SampleIndex s{0}; s.get() < samples; ++s)
            block.set(v, s, static_cast<unsigned>(random() % 4));
    }
    return block;
}

struct Shape {
    std::int64_t variants;
    std::int64_t samples;
    std::int64_t columns;
};

TEST_CASE("multiply_rounded: every form gives the sum over samples, to the rounding",
          "[genotype]") {
    auto const shape =
        GENERATE(Shape{1, 1, 1}, Shape{3, 33, 4}, Shape{17, 64, 5}, Shape{64, 65, 6},
                 Shape{65, 1024, 10}, Shape{130, 1025, 11}, Shape{40, 2100, 3}, Shape{512, 320, 5});
    CAPTURE(shape.variants, shape.samples, shape.columns);
    std::mt19937_64 random{7};
    std::normal_distribution<double> normal;
    auto const block = random_block(shape.variants, shape.samples, random);
    auto const stride = shape.columns + 2;
    std::vector<double> columns(static_cast<std::size_t>(shape.samples * stride));
    for (auto& value : columns) value = normal(random);
    // A column of zeros, one of tiny numbers, one of the smallest, one with its largest alone.
    for (std::int64_t s = 0; s < shape.samples; ++s) {
        auto* const row = columns.data() + s * stride;
        if (shape.columns > 3) row[1] = 0;
        if (shape.columns > 3) row[2] *= 1e-200;
        if (shape.columns > 4) row[4] = 5e-324;
        if (shape.columns > 5) row[5] = s == 0 ? -1e100 : 0;
    }
    MatrixView<double const> const view{columns.data(), shape.samples, shape.columns, stride};

    std::vector<std::vector<double>> results;
    RoundedWorkspace workspace;
    for (auto set : runnable_instruction_sets()) {
        std::vector<double> sums(static_cast<std::size_t>(shape.variants * stride), -7);
        MatrixView<double> const found{sums.data(), shape.variants, shape.columns, stride};
        multiply_rounded(product_form(set), block.view(), view, workspace, found);
        results.push_back(sums);
        CHECK(results.back() == results.front());
    }
    double worst = 0;
    for (std::int64_t v = 0; v < shape.variants; ++v) {
        for (std::int64_t c = 0; c < stride; ++c) {
            auto const found = results.front()[static_cast<std::size_t>(v * stride + c)];
            if (c >= shape.columns) {
                REQUIRE(found == -7);
                continue;
            }
            double sum = 0;
            double room = 1e-300;
            double largest = 0;
            for (SampleIndex s{0}; s.get() < shape.samples; ++s) {
                auto const genotype = block.view().genotype(LocalVariantIndex{v}, s);
                auto const value = view(s.get(), c);
                largest = std::max(largest, std::abs(value));
                if (genotype == missing_genotype) continue;
                sum += genotype * value;
                room += genotype;
            }
            worst = std::max(worst, std::abs(found - sum) / (room * largest + 1e-300));
        }
    }
    CHECK(worst < 0.51 / (127.0 * 0x10000));
}

TEST_CASE("multiply_rounded: extents are checked", "[genotype]") {
    PackedBlock const block{3, 10};
    std::vector<double> values(40);
    RoundedWorkspace workspace;
    CHECK_THROWS_AS(
        multiply_rounded(block.view(), {values.data(), 9, 1}, workspace, {values.data(), 3, 1}),
        ContractViolation);
    CHECK_THROWS_AS(
        multiply_rounded(block.view(), {values.data(), 10, 2}, workspace, {values.data(), 3, 1}),
        ContractViolation);
}

}  // namespace
}  // namespace maniple

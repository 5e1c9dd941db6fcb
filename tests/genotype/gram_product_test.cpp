#include "maniple/genotype/gram_product.hpp"

#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "../src/genotype/gram_path.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// Every other variant has genotypes alone, the others miss a quarter of them.
PackedBlock random_block(std::int64_t variants, std::int64_t samples, std::mt19937_64& random) {
    PackedBlock block{variants, samples};
    for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
        unsigned const codes = v.get() % 2 == 0 ? 4 : 3;
        for (SampleIndex s{0}; s.get() < samples; ++s)
            block.set(v, s, static_cast<unsigned>(random() % codes));
    }
    return block;
}

using Bytes = std::vector<std::uint8_t>;

// variants x samples.
Bytes counts_of(PackedView genotypes) {
    Bytes counts;
    for (LocalVariantIndex v{0}; v.get() < genotypes.variants(); ++v) {
        for (SampleIndex s{0}; s.get() < genotypes.samples(); ++s) {
            auto const genotype = genotypes.genotype(v, s);
            counts.push_back(genotype == missing_genotype ? std::uint8_t{0}
                                                          : static_cast<std::uint8_t>(genotype));
        }
    }
    return counts;
}

Bytes missing_of(PackedView genotypes, std::span<LocalVariantIndex const> variants) {
    Bytes missing;
    for (auto v : variants) {
        for (SampleIndex s{0}; s.get() < genotypes.samples(); ++s)
            missing.push_back(genotypes.genotype(v, s) == missing_genotype ? 1 : 0);
    }
    return missing;
}

enum class Part { whole, lower };

// Rows of `left` times rows of `right`; 17 where the product writes nothing.
std::vector<std::int32_t> naive_product(Bytes const& left, Bytes const& right, std::int64_t samples,
                                        Part part) {
    auto const width = static_cast<std::size_t>(samples);
    std::vector<std::int32_t> sums;
    for (std::size_t i = 0; i * width < left.size(); ++i) {
        for (std::size_t j = 0; j * width < right.size(); ++j) {
            std::int32_t sum = 0;
            for (std::size_t s = 0; s < width; ++s)
                sum += left[i * width + s] * right[j * width + s];
            sums.push_back(part == Part::lower && j > i ? 17 : sum);
        }
    }
    return sums;
}

struct Shape {
    std::int64_t variants;
    std::int64_t samples;
};

TEST_CASE("multiply_by_transpose: every form gives the sums over samples", "[genotype]") {
    auto const shape = GENERATE(Shape{1, 1}, Shape{2, 63}, Shape{15, 64}, Shape{16, 65},
                                Shape{17, 1023}, Shape{33, 1025}, Shape{47, 2100}, Shape{64, 256},
                                Shape{81, 4111}, Shape{512, 130}, Shape{530, 70}, Shape{1040, 65});
    CAPTURE(shape.variants, shape.samples);
    std::mt19937_64 random{11};
    auto const block = random_block(shape.variants, shape.samples, random);
    auto const view = block.view();
    auto const counts = counts_of(view);
    auto const incomplete = find_incomplete(view);
    auto const missing = missing_of(view, incomplete);
    auto const gram = naive_product(counts, counts, shape.samples, Part::lower);
    auto const crossed = naive_product(counts, missing, shape.samples, Part::whole);
    auto const both = naive_product(missing, missing, shape.samples, Part::lower);

    GramWorkspace workspace;
    auto const lacking = std::ssize(incomplete);
    AlignedBuffer<std::uint64_t> room{lacking * view.words_per_row()};
    auto const marks = mark_missing(view, incomplete, room.span());
    for (auto set : runnable_instruction_sets()) {
        CAPTURE(to_string(set));
        auto const& form = product_form(set);
        std::vector<std::int32_t> found(gram.size(), 17);
        multiply_by_transpose(form, view, workspace,
                              {found.data(), shape.variants, shape.variants});
        CHECK(found == gram);
        std::vector<std::int32_t> found_crossed(crossed.size(), 17);
        std::vector<std::int32_t> found_both(both.size(), 17);
        multiply_by_transpose(form, view, marks, workspace,
                              {found_crossed.data(), shape.variants, lacking});
        multiply_by_transpose(form, marks, workspace, {found_both.data(), lacking, lacking});
        CHECK(found_crossed == crossed);
        CHECK(found_both == both);
    }
}

TEST_CASE("multiply_by_transpose: sums beyond 16 bits, rows with a stride, the fastest form",
          "[genotype]") {
    constexpr std::int64_t variants = 20;
    constexpr std::int64_t samples = 30'000;
    PackedBlock block{variants, samples};
    for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
        for (SampleIndex s{0}; s.get() < samples; ++s) block.set(v, s, 2);
    }
    GramWorkspace workspace;
    constexpr std::int64_t stride = variants + 5;
    std::vector<std::int32_t> found(variants * stride, 17);
    multiply_by_transpose(block.view(), workspace, {found.data(), variants, variants, stride});
    for (std::int64_t i = 0; i < variants; ++i) {
        for (std::int64_t j = 0; j < stride; ++j)
            REQUIRE(found[static_cast<std::size_t>(i * stride + j)] == (j <= i ? 4 * samples : 17));
    }
}

TEST_CASE("find_incomplete: variants that lack a genotype", "[genotype]") {
    PackedBlock block{5, 300};
    CHECK(find_incomplete(block.view()).empty());
    block.set(LocalVariantIndex{1}, SampleIndex{299}, missing_genotype);
    block.set(LocalVariantIndex{2}, SampleIndex{0}, 2);
    block.set(LocalVariantIndex{4}, SampleIndex{0}, missing_genotype);
    CHECK(find_incomplete(block.view()) == std::vector{LocalVariantIndex{1}, LocalVariantIndex{4}});
}

TEST_CASE("multiply_by_transpose, mark_missing: extents are checked", "[genotype]") {
    PackedBlock const block{3, 10};
    PackedBlock const other{2, 11};
    GramWorkspace workspace;
    std::vector<std::int32_t> sums(9);
    CHECK_THROWS_AS(multiply_by_transpose(block.view(), workspace, {sums.data(), 2, 2}),
                    ContractViolation);
    CHECK_THROWS_AS(
        multiply_by_transpose(block.view(), other.view(), workspace, {sums.data(), 3, 2}),
        ContractViolation);
    std::vector const rows{LocalVariantIndex{0}, LocalVariantIndex{2}};
    std::vector<std::uint64_t> room(15);
    CHECK_THROWS_AS(mark_missing(block.view(), rows, room), ContractViolation);
}

}  // namespace
}  // namespace maniple

#include "maniple/genotype/sample_selection.hpp"

#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "../src/genotype/transposition_forms.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

PackedBlock random_block(std::int64_t variants, std::int64_t samples) {
    std::mt19937_64 random{static_cast<std::uint64_t>(variants * 1000 + samples)};
    PackedBlock block{variants, samples};
    for (std::int64_t v = 0; v < variants; ++v) {
        for (std::int64_t s = 0; s < samples; ++s) {
            block.set(LocalVariantIndex{v}, SampleIndex{s}, static_cast<unsigned>(random() & 3));
        }
    }
    return block;
}

std::vector<LocalVariantIndex> every_variant(std::int64_t variants) {
    std::vector<LocalVariantIndex> rows;
    for (std::int64_t v = 0; v < variants; ++v) rows.emplace_back(v);
    return rows;
}

// Each sample with the chance of one in `one_in`, and at least one.
std::vector<SampleIndex> random_samples(std::int64_t samples, std::int64_t one_in) {
    std::mt19937_64 random{static_cast<std::uint64_t>(samples + one_in)};
    std::vector<SampleIndex> list;
    for (std::int64_t s = 0; s < samples; ++s) {
        if (random() % static_cast<std::uint64_t>(one_in) == 0) list.emplace_back(s);
    }
    if (list.empty()) list.emplace_back(samples - 1);
    return list;
}

// What select() must make, padding and all.
std::vector<std::uint64_t> selected_by_hand(PackedView genotypes,
                                            std::span<LocalVariantIndex const> rows,
                                            std::span<SampleIndex const> samples) {
    PackedBlock expected{std::ssize(rows), std::ssize(samples)};
    for (std::size_t v = 0; v < rows.size(); ++v) {
        for (std::size_t k = 0; k < samples.size(); ++k) {
            expected.set(LocalVariantIndex{static_cast<std::int64_t>(v)},
                         SampleIndex{static_cast<std::int64_t>(k)},
                         genotypes.genotype(rows[v], samples[k]));
        }
    }
    return {expected.words().begin(), expected.words().end()};
}

void check_selection(SampleMajorBlock const& block, PackedView genotypes,
                     std::span<LocalVariantIndex const> rows,
                     std::span<SampleIndex const> samples) {
    auto const words = static_cast<std::size_t>(block.selection_words(std::ssize(samples)));
    constexpr std::uint64_t untouched = 0x123456789abcdef0U;
    std::vector<std::uint64_t> room(words + 1, untouched);
    auto const view = block.select(samples, room);
    REQUIRE(view.variants() == std::ssize(rows));
    REQUIRE(view.samples() == std::ssize(samples));
    REQUIRE(view.words().data() == room.data());
    REQUIRE(std::vector(view.words().begin(), view.words().end()) ==
            selected_by_hand(genotypes, rows, samples));
    REQUIRE(room.back() == untouched);
}

TEST_CASE("SampleMajorBlock: a selection holds the genotypes of its samples", "[genotype]") {
    auto const samples = GENERATE(1, 31, 33, 255, 256, 257, 1000);
    auto const variants = GENERATE(1, 32, 67, 256, 300, 512);
    auto const owner = random_block(variants, samples);
    auto const genotypes = owner.view();
    auto const rows = every_variant(variants);
    SampleMajorBlock block{samples};
    block.assign(genotypes, rows);
    REQUIRE(block.variants() == variants);
    for (std::int64_t one_in : {1, 2, 40, 100'000}) {
        check_selection(block, genotypes, rows, random_samples(samples, one_in));
    }
}

TEST_CASE("SampleMajorBlock: holds the variants asked for, in their order", "[genotype]") {
    auto const owner = random_block(40, 300);
    SampleMajorBlock block{300};
    std::vector<LocalVariantIndex> rows;
    for (std::int64_t v = 39; v >= 0; v -= 3) rows.emplace_back(v);
    block.assign(owner.view(), every_variant(40));
    block.assign(owner.view(), rows);  // Nothing of the former tile remains.
    check_selection(block, owner.view(), rows, random_samples(300, 7));
    block.assign(owner.view(), {});
    CHECK(block.variants() == 0);
    CHECK(block.selection_words(20) == 0);
}

TEST_CASE("SampleMajorBlock: a sample's row is that of a block with samples and variants exchanged",
          "[genotype]") {
    std::int64_t const samples = 270;
    SampleMajorBlock block{samples};
    auto const large = random_block(512, samples);
    block.assign(large.view(), every_variant(512));
    std::int64_t const variants = GENERATE(1, 33, 256, 300);
    auto const owner = random_block(variants, samples);
    block.assign(owner.view(),
                 every_variant(variants));  // Nothing of the former is in the padding.
    PackedBlock turned{samples, variants};
    for (SampleIndex s{0}; s.get() < samples; ++s) {
        for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
            turned.set(LocalVariantIndex{s.get()}, SampleIndex{v.get()},
                       owner.view().genotype(v, s));
        }
        REQUIRE(std::ranges::equal(block.row(s), turned.row(LocalVariantIndex{s.get()})));
    }
    CHECK_THROWS_AS(block.row(SampleIndex{samples}), ContractViolation);
}

TEST_CASE("SampleMajorBlock: the tile shrinks where samples are many", "[genotype]") {
    CHECK(SampleMajorBlock::tile_variants(20'000) == 512);
    CHECK(SampleMajorBlock::tile_variants(500'000) == 256);
    CHECK(SampleMajorBlock::bytes(20'000) == 79 * 256 * 128);
    CHECK(SampleMajorBlock::bytes(500'000) == 1954 * 256 * 64);

    std::int64_t const samples = 70'001;
    auto const owner = random_block(3, samples);
    SampleMajorBlock block{samples};
    block.assign(owner.view(), every_variant(3));
    check_selection(block, owner.view(), every_variant(3), random_samples(samples, 50));
}

TEST_CASE("SampleMajorBlock: refuses what does not fit", "[genotype]") {
    auto const owner = random_block(4, 100);
    auto const narrow = random_block(4, 99);
    SampleMajorBlock block{100};
    CHECK_THROWS_AS(block.assign(narrow.view(), every_variant(4)), ContractViolation);
    std::vector<LocalVariantIndex> const many(513, LocalVariantIndex{0});
    CHECK_THROWS_AS(block.assign(owner.view(), many), ContractViolation);
    block.assign(owner.view(), every_variant(4));
    std::vector<std::uint64_t> room(32);
    CHECK_THROWS_AS(block.select({}, room), ContractViolation);
    std::vector<SampleIndex> samples{SampleIndex{100}};
    CHECK_THROWS_AS(block.select(samples, room), ContractViolation);
    samples = {SampleIndex{5}, SampleIndex{5}};
    CHECK_THROWS_AS(block.select(samples, room), ContractViolation);
    samples = {SampleIndex{5}};
    room.resize(31);
    CHECK_THROWS_AS(block.select(samples, room), ContractViolation);
}

TEST_CASE("transpose_square: every instruction set moves every element", "[genotype]") {
    std::mt19937_64 random{5};
    std::vector<std::uint64_t> words(square_side * square_words);
    for (auto& word : words) word = random();
    std::vector<std::uint64_t const*> rows;
    for (std::int64_t r = 0; r < square_side; ++r)
        rows.push_back(&words[static_cast<std::size_t>(r * square_words)]);
    auto const element = [](std::span<std::uint64_t const> from, std::int64_t start,
                            std::int64_t e) {
        return from[static_cast<std::size_t>(start + e / 32)] >> (e % 32 * 2) & 3;
    };
    constexpr std::int64_t stride = square_words + 3;
    auto const result_rows = GENERATE(0, 1, 37, 64, 200, 256);
    for (auto set : runnable_instruction_sets()) {
        std::vector<std::uint64_t> result(square_side * stride);
        transpose_square(set)(rows.data(), result.data(), stride, result_rows);
        bool equal = true;
        for (std::int64_t r = 0; r < square_side; ++r) {
            for (std::int64_t e = 0; e < result_rows; ++e) {
                equal &= element(result, e * stride, r) == element(words, r * square_words, e);
            }
        }
        CHECK(equal);
        auto const rest = std::span{result}.subspan(static_cast<std::size_t>(result_rows * stride));
        CHECK(std::all_of(rest.begin(), rest.end(), [](auto word) { return word == 0; }));
    }
}

}  // namespace
}  // namespace maniple

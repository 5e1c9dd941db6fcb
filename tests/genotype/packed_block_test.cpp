#include "maniple/genotype/packed_block.hpp"

#include <bit>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

TEST_CASE("packed_stride: four samples a byte in rows of whole cache lines", "[packed_block]") {
    CHECK(packed_stride(1) == 64);
    CHECK(packed_stride(256) == 64);
    CHECK(packed_stride(257) == 128);
    CHECK(packed_stride(500'000) == 125'056);
    CHECK(packed_stride(10'000'000'000) == 2'500'000'000);
}

TEST_CASE("PackedBlock: gives back what was set, and starts with zeros", "[packed_block]") {
    auto const samples = GENERATE(1, 31, 32, 33, 255, 256, 257, 1000);
    constexpr std::int64_t variants = 5;
    PackedBlock block{variants, samples};
    std::vector<unsigned> expected(static_cast<std::size_t>(variants * samples), 0);
    std::mt19937 random{1};
    std::uniform_int_distribution<unsigned> genotypes{0, 3};
    for (int round = 0; round < 3; ++round) {  // zeros, then twice other values
        for (std::int64_t v = 0; v < variants; ++v) {
            for (std::int64_t s = 0; s < samples; ++s) {
                auto& value = expected[static_cast<std::size_t>(v * samples + s)];
                REQUIRE(block.view().genotype(LocalVariantIndex{v}, SampleIndex{s}) == value);
                value = genotypes(random);
                block.set(LocalVariantIndex{v}, SampleIndex{s}, value);
            }
        }
    }
}

TEST_CASE("PackedBlock: sample 0 is in the low bits of the first byte", "[packed_block]") {
    PackedBlock block{2, 300};
    LocalVariantIndex const second{1};
    block.set(second, SampleIndex{0}, 1);
    block.set(second, SampleIndex{1}, 2);
    block.set(second, SampleIndex{3}, missing_genotype);
    block.set(second, SampleIndex{260}, 2);
    auto const bytes = std::as_bytes(block.view().words());
    REQUIRE(std::ssize(bytes) == 2 * packed_stride(300));
    CHECK(bytes[0] == std::byte{0});
    CHECK(bytes[128] == std::byte{0b11'00'10'01});
    CHECK(bytes[128 + 65] == std::byte{2});
}

TEST_CASE("PackedBlock: setting every genotype leaves the padding zero", "[packed_block]") {
    auto const samples = GENERATE(1, 100, 255, 257);
    PackedBlock block{1, samples};
    LocalVariantIndex const only{0};
    for (std::int64_t s = 0; s < samples; ++s) block.set(only, SampleIndex{s}, missing_genotype);
    std::int64_t bits = 0;
    for (auto const word : block.view().row(only)) bits += std::popcount(word);
    CHECK(bits == 2 * samples);
}

TEST_CASE("PackedBlock: truncating forgets the last variants alone", "[packed_block]") {
    PackedBlock block{3, 10};
    block.set(LocalVariantIndex{1}, SampleIndex{9}, 2);
    block.truncate(2);
    CHECK(block.variants() == 2);
    CHECK(block.view().variants() == 2);
    CHECK(block.words().size() == block.view().words().size());
    CHECK(block.view().genotype(LocalVariantIndex{1}, SampleIndex{9}) == 2);
    CHECK_THROWS_AS(block.row(LocalVariantIndex{2}), ContractViolation);
    CHECK_THROWS_AS(block.truncate(3), ContractViolation);
    CHECK_THROWS_AS(block.truncate(-1), ContractViolation);
    block.truncate(0);
    CHECK(block.view().words().empty());
}

TEST_CASE("PackedBlock: refuses what lies outside, also in the padding", "[packed_block]") {
    PackedBlock block{2, 10};
    LocalVariantIndex const first{0};
    CHECK_THROWS_AS(block.set(first, SampleIndex{10}, 1), ContractViolation);
    CHECK_THROWS_AS(block.set(first, SampleIndex{-1}, 1), ContractViolation);
    CHECK_THROWS_AS(block.set(LocalVariantIndex{2}, SampleIndex{0}, 1), ContractViolation);
    CHECK_THROWS_AS(block.set(first, SampleIndex{0}, 4), ContractViolation);
    CHECK_THROWS_AS(block.row(LocalVariantIndex{-1}), ContractViolation);
    CHECK_THROWS_AS(block.view().row(LocalVariantIndex{2}), ContractViolation);
    CHECK_THROWS_AS(block.view().genotype(first, SampleIndex{10}), ContractViolation);
}

TEST_CASE("PackedView: refuses words that are not whole variants, and no samples",
          "[packed_block]") {
    std::vector<std::uint64_t> const words(16);
    CHECK_NOTHROW(PackedView{words, 2, 256});
    CHECK_THROWS_AS((PackedView{words, 1, 256}), ContractViolation);
    CHECK_THROWS_AS((PackedView{words, 2, 257}), ContractViolation);
    CHECK_THROWS_AS((PackedView{words, 2, 0}), ContractViolation);
}

}  // namespace
}  // namespace maniple

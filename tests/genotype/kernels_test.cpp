#include "maniple/genotype/kernels.hpp"

#include <array>
#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/genotype/packed_block.hpp"
#include "maniple/genotype/sample_mask.hpp"

namespace maniple {
namespace {

enum class Codes { random, reference, heterozygous, alternate, missing };

PackedBlock make_row(std::int64_t samples, Codes codes, std::mt19937_64& random) {
    PackedBlock block{1, samples};
    for (SampleIndex s{0}; s.get() < samples; ++s) {
        auto const code = codes == Codes::random ? static_cast<unsigned>(random() % 4)
                                                 : static_cast<unsigned>(codes) - 1;
        block.set(LocalVariantIndex{0}, s, code);
    }
    return block;
}

void add(GenotypeCounts& counts, unsigned genotype) {
    std::array<std::int64_t*, 4> const fields{&counts.reference, &counts.heterozygous,
                                              &counts.alternate, &counts.missing};
    ++*fields[genotype];
}

TEST_CASE("kernels: every form counts genotypes, of a mask and of all", "[genotype]") {
    std::int64_t const samples =
        GENERATE(1, 31, 32, 33, 63, 64, 65, 255, 256, 257, 768, 769, 5000, 100'000);
    auto const codes = GENERATE(Codes::random, Codes::reference, Codes::heterozygous,
                                Codes::alternate, Codes::missing);
    CAPTURE(samples, codes);
    std::mt19937_64 random{11};
    auto const block = make_row(samples, codes, random);
    SampleMask mask{samples};
    GenotypeCounts inside;
    GenotypeCounts all;
    for (SampleIndex s{0}; s.get() < samples; ++s) {
        auto const genotype = block.view().genotype(LocalVariantIndex{0}, s);
        add(all, genotype);
        if (random() % 3 == 0) continue;
        mask.insert(s);
        add(inside, genotype);
    }
    auto const row = block.view().row(LocalVariantIndex{0});
    for (auto set : runnable_instruction_sets()) {
        CAPTURE(to_string(set));
        CHECK(kernels(set).count(row.data(), mask.words().data(), std::ssize(row)) == inside);
        CHECK(kernels(set).count_all(row.data(), std::ssize(row), samples) == all);
    }
}

TEST_CASE("kernels: every form sums genotypes times remainders", "[genotype]") {
    std::int64_t const samples = GENERATE(1, 31, 32, 33, 63, 64, 65, 255, 256, 257, 5000, 600'001);
    auto const codes = GENERATE(Codes::random, Codes::alternate, Codes::missing);
    auto const extreme = GENERATE(0, -32768, 32767);
    CAPTURE(samples, codes, extreme);
    std::mt19937_64 random{12};
    auto const block = make_row(samples, codes, random);
    std::vector<std::int16_t> remainders(static_cast<std::size_t>(samples));
    std::int64_t expected = 0;
    for (SampleIndex s{0}; s.get() < samples; ++s) {
        auto& remainder = remainders[s.at()];
        remainder = static_cast<std::int16_t>(extreme == 0 ? static_cast<int>(random()) : extreme);
        auto const genotype = block.view().genotype(LocalVariantIndex{0}, s);
        if (genotype != missing_genotype) expected += std::int64_t{genotype} * remainder;
    }
    auto const row = block.view().row(LocalVariantIndex{0});
    for (auto set : runnable_instruction_sets()) {
        CAPTURE(to_string(set));
        CHECK(kernels(set).sum_remainders(row.data(), remainders.data(), samples) == expected);
    }
}

}  // namespace
}  // namespace maniple

#include "maniple/genotype/missing_samples.hpp"

#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "../src/genotype/missing_samples_forms.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/genotype/packed_block.hpp"
#include "maniple/genotype/sample_mask.hpp"

namespace maniple {
namespace {

struct Example {
    PackedBlock block;
    SampleMask mask;
    std::vector<SampleIndex> missing;  // Of the mask, by hand.
};

// A genotype is missing with probability `missing`, a sample outside the mask with `outside`.
Example random_example(std::int64_t samples, double missing, double outside) {
    std::mt19937_64 random{static_cast<std::uint64_t>(samples)};
    std::uniform_real_distribution<double> uniform;
    Example example{PackedBlock{1, samples}, SampleMask{samples}, {}};
    for (std::int64_t s = 0; s < samples; ++s) {
        bool const is_missing = uniform(random) < missing;
        bool const is_inside = uniform(random) >= outside;
        example.block.set(LocalVariantIndex{0}, SampleIndex{s},
                          is_missing ? missing_genotype : static_cast<unsigned>(random() % 3));
        if (is_inside) example.mask.insert(SampleIndex{s});
        if (is_missing && is_inside) example.missing.emplace_back(s);
    }
    return example;
}

std::vector<SampleIndex> room_for(std::int64_t samples) {
    return std::vector(static_cast<std::size_t>(packed_stride(samples) * 4), SampleIndex{-1});
}

TEST_CASE("find_missing: every instruction set lists what a look at each sample finds",
          "[genotype]") {
    auto const samples = GENERATE(1, 32, 100, 257, 700, 20'000, 33'000, 66'000);
    auto const missing = GENERATE(0.0, 0.001, 0.01, 0.1, 0.5, 1.0);
    auto const outside = GENERATE(0.0, 0.05, 1.0);
    auto const example = random_example(samples, missing, outside);
    auto const row = example.block.view().row(LocalVariantIndex{0});
    for (auto set : runnable_instruction_sets()) {
        std::vector<std::int64_t> room(row.size() * 32 + 1, -7);
        auto const count = find_missing_form(set)(row.data(), example.mask.words().data(),
                                                  std::ssize(row), room.data());
        REQUIRE(count == std::ssize(example.missing));
        bool equal = true;
        for (std::size_t i = 0; i < example.missing.size(); ++i) {
            equal &= room[i] == example.missing[i].get();
        }
        CHECK(equal);
        CHECK(room.back() == -7);
    }
    auto room = room_for(samples);
    auto const count = find_missing(row, example.mask.words(), room);
    room.resize(static_cast<std::size_t>(count), SampleIndex{0});
    CHECK(room == example.missing);
}

TEST_CASE("find_missing: refuses rows and rooms that do not fit", "[genotype]") {
    auto const example = random_example(300, 0.1, 0);
    auto const row = example.block.view().row(LocalVariantIndex{0});
    auto room = room_for(300);
    CHECK_THROWS_AS(find_missing(row, example.mask.words().first(8), room), ContractViolation);
    CHECK_THROWS_AS(find_missing(row.first(4), example.mask.words().first(4), room),
                    ContractViolation);
    room.pop_back();
    CHECK_THROWS_AS(find_missing(row, example.mask.words(), room), ContractViolation);
}

}  // namespace
}  // namespace maniple

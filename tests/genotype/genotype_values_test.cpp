#include "maniple/genotype/genotype_values.hpp"

#include <random>
#include <vector>

#include <catch2/catch.hpp>

#include "../../src/genotype/genotype_value_forms.hpp"

namespace maniple {
namespace {

TEST_CASE("add_genotype_values: adds each variant's values in turn, in every form", "[genotype]") {
    auto const samples =
        GENERATE(std::int64_t{1}, std::int64_t{31}, std::int64_t{32}, std::int64_t{333});
    auto const variants = GENERATE(std::int64_t{1}, std::int64_t{8}, std::int64_t{21});
    std::mt19937_64 random{static_cast<std::uint64_t>(samples + variants)};
    std::normal_distribution<double> normal;
    PackedBlock block{variants, samples};
    std::vector<LocalVariantIndex> rows;
    std::vector<GenotypeValues> values;
    for (LocalVariantIndex v{0}; v.get() < variants; ++v) {
        for (SampleIndex s{0}; s.get() < samples; ++s)
            block.set(v, s, static_cast<unsigned>(random() % 4));
        if (v.get() % 3 == 1) continue;  // rows are a choice of variants
        rows.push_back(v);
        values.push_back({normal(random), normal(random), normal(random), normal(random)});
    }
    std::vector<double> sums(static_cast<std::size_t>(samples), 0.25);
    auto expected = sums;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (SampleIndex s{0}; s.get() < samples; ++s)
            expected[s.at()] += values[i][block.view().genotype(rows[i], s)];
    }
    add_genotype_values(block.view(), rows, values, sums);
    CHECK(sums == expected);

    for (auto set : runnable_instruction_sets()) {
        std::vector<std::uint64_t const*> starts;
        for (auto v : rows) starts.push_back(block.view().row(v).data());
        std::vector<double> whole(static_cast<std::size_t>(samples / 32 * 32), 0.25);
        add_values_form(set)({.rows = starts.data(),
                              .values = values[0].data(),
                              .variants = std::ssize(rows),
                              .words = samples / 32,
                              .sums = whole.data()});
        CHECK(std::equal(whole.begin(), whole.end(), expected.begin()));
    }
}

TEST_CASE("add_genotype_values: refuses rows without values and sums of other samples",
          "[genotype]") {
    PackedBlock const block{2, 40};
    std::vector<LocalVariantIndex> const rows{LocalVariantIndex{1}};
    std::vector<GenotypeValues> const values(1);
    std::vector<double> sums(40);
    CHECK_THROWS_AS(add_genotype_values(block.view(), rows, {}, sums), ContractViolation);
    CHECK_THROWS_AS(add_genotype_values(block.view(), rows, values, std::span{sums}.first(39)),
                    ContractViolation);
}

}  // namespace
}  // namespace maniple

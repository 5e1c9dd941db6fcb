#include "maniple/genotype/score_weights.hpp"

#include <set>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

TEST_CASE("name_checksum: place and alleles, the ID where there is no place", "[genotype]") {
    ScoredVariant const variant{.contig = "1",
                                .position = 12,
                                .id = "rs1",
                                .effect_allele = "A",
                                .other_allele = "CG",
                                .effect_allele_frequency = 0.5};
    auto same = variant;
    same.id = "rs2";
    same.effect_allele_frequency = 0.25;
    CHECK(name_checksum(same) == name_checksum(variant));

    std::set<std::uint64_t> sums{name_checksum(variant)};
    auto const add = [&](auto const& change) {
        auto other = variant;
        change(other);
        sums.insert(name_checksum(other));
    };
    add([](ScoredVariant& v) { v.contig = "11"; });
    add([](ScoredVariant& v) { v.contig = "chr1"; });
    add([](ScoredVariant& v) { v.position = 2; });
    add([](ScoredVariant& v) { std::swap(v.effect_allele, v.other_allele); });
    add([](ScoredVariant& v) { v.effect_allele = "AC", v.other_allele = "G"; });
    add([](ScoredVariant& v) { v.other_allele.clear(); });
    add([](ScoredVariant& v) { v.position = 0; });
    add([](ScoredVariant& v) { v.position = 0, v.id = "rs2"; });
    CHECK(sums.size() == 9);
}

}  // namespace
}  // namespace maniple

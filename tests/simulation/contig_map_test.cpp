#include "maniple/simulation/contig_map.hpp"

#include <catch2/catch.hpp>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

TEST_CASE("share_variants: divides all variants by length, without gaps", "[simulation]") {
    auto const variants = GENERATE(1, 2, 21, 22, 1000, 99'999);
    auto const contigs = GENERATE(1, 3, 22);
    auto const shares = share_variants(variants, contigs);
    GlobalVariantIndex next{0};
    for (auto const& share : shares) {
        CHECK(share.variants.first == next);
        CHECK(share.variants.size() > 0);
        CHECK(share.name == std::to_string(share.number));
        double const expected =
            variants * share.spacing * double(share.variants.size()) / genome_length(contigs);
        CHECK(double(share.variants.size()) == Approx(expected).margin(1));
        next = share.variants.last;
    }
    CHECK(next == GlobalVariantIndex{variants});
}

TEST_CASE("draw_variants: positions rise strictly, even two bases apart", "[simulation]") {
    double const spacing = GENERATE(2.0, 2.5, 3.9, 1000.3);
    ContigShare const contig{"7", 7, spacing, {GlobalVariantIndex{0}, GlobalVariantIndex{5000}}};
    auto const variants = draw_variants(contig, contig.variants, 3);
    REQUIRE(variants.size() == 5000);
    CHECK(variants.front().position >= 1);
    CHECK(variants.back().position <= 5000 * spacing + 1);
    for (std::size_t v = 1; v < variants.size(); ++v) {
        REQUIRE(variants[v - 1].position < variants[v].position);
    }
}

TEST_CASE("draw_variants: a variant does not depend on what is drawn with it", "[simulation]") {
    auto const contig = share_variants(1000, 1).front();
    auto const all = draw_variants(contig, contig.variants, 3);
    auto const some = draw_variants(contig, {GlobalVariantIndex{500}, GlobalVariantIndex{510}}, 3);
    CHECK(some.front() == all[500]);
    CHECK(some.back() == all[509]);
    CHECK(draw_variants(contig, contig.variants, 4) != all);
    CHECK_THROWS_AS(draw_variants(contig, {GlobalVariantIndex{0}, GlobalVariantIndex{1001}}, 3),
                    ContractViolation);
}

TEST_CASE("share_variants: refuses an empty genome", "[simulation]") {
    CHECK_THROWS_AS(share_variants(0, 22), ContractViolation);
    CHECK_THROWS_AS(share_variants(10, 23), ContractViolation);
}

}  // namespace
}  // namespace maniple

#include "maniple/report/store_linkage.hpp"

#include <catch2/catch.hpp>

#include <cmath>

#include "maniple/core/contract.hpp"
#include "run/scratch_cohort.hpp"

namespace maniple {
namespace {

// One partition's genotypes, variants x samples.
std::vector<std::vector<unsigned>> genotypes_of(Cohort const& cohort, std::size_t partition) {
    auto const reader = cohort.open_partition(partition);
    std::vector<std::vector<unsigned>> rows;
    for (std::int64_t block = 0; block < reader.blocks(); ++block) {
        RawBlock raw;
        reader.read_block(block, raw);
        auto const view = decode_block(raw);
        for (LocalVariantIndex v{0}; v.get() < view.variants(); ++v) {
            auto& row = rows.emplace_back();
            for (SampleIndex s{0}; s.get() < view.samples(); ++s) {
                row.push_back(view.genotype(v, s));
            }
        }
    }
    return rows;
}

double naive_r_squared(std::vector<unsigned> const& a, std::vector<unsigned> const& b) {
    double n = 0, sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
    for (std::size_t s = 0; s < a.size(); ++s) {
        if (a[s] == missing_genotype || b[s] == missing_genotype) continue;
        n += 1, sa += a[s], sb += b[s];
        saa += a[s] * a[s], sbb += b[s] * b[s], sab += a[s] * b[s];
    }
    auto const covariance = sab - sa * sb / n;
    return covariance * covariance / ((saa - sa * sa / n) * (sbb - sb * sb / n));
}

TEST_CASE("StoreLinkage: r^2 of variants of a store to any lead", "[report]") {
    test::ScratchCohort const scratch;
    auto const& variants = scratch.variants(0);
    auto const genotypes = genotypes_of(scratch.open(), 0);
    StoreLinkage linkage{scratch.open()};
    for (std::size_t lead = 0; lead < variants.size(); lead += 3) {
        auto const values = linkage.r_squared("1", variants[lead], variants);
        REQUIRE(values.size() == variants.size());
        for (std::size_t v = 0; v < variants.size(); ++v) {
            auto const truth = naive_r_squared(genotypes[lead], genotypes[v]);
            if (std::isnan(truth) || std::isinf(truth)) continue;
            CHECK(values[v] == Approx(truth).epsilon(1e-9).margin(1e-12));
        }
    }
}

TEST_CASE("StoreLinkage: what the store does not have is not known", "[report]") {
    test::ScratchCohort const scratch;
    auto const& variants = scratch.variants(0);
    StoreLinkage linkage{scratch.open()};
    auto stranger = variants[2];
    stranger.id += "x";
    CHECK(linkage.r_squared("1", stranger, variants).empty());
    CHECK(linkage.r_squared("7", variants[0], variants).empty());
    auto const values = linkage.r_squared("1", variants[0], std::vector{stranger, variants[1]});
    CHECK(std::isnan(values[0]));
    CHECK_FALSE(std::isnan(values[1]));
    CHECK(linkage.r_squared("1", variants[0], {}).empty());
}

TEST_CASE("StoreLinkage: reads no more than it may", "[report]") {
    test::ScratchCohort const scratch;
    auto const& variants = scratch.variants(0);
    StoreLinkage linkage{scratch.open(), 1};
    CHECK_FALSE(linkage.r_squared("1", variants[0], variants).empty());
    CHECK(linkage.is_spent());
    CHECK(linkage.r_squared("1", variants[0], variants).empty());
}

TEST_CASE("StoreLinkage: what is kept for later can be read later", "[report]") {
    test::ScratchCohort const scratch;
    auto const& variants = scratch.variants(0);
    constexpr std::int64_t most = 1 << 30;
    StoreLinkage linkage{scratch.open(), most};
    linkage.reserve(most);
    CHECK(linkage.r_squared("1", variants[0], variants).empty());
    linkage.reserve(most - 1);
    CHECK_FALSE(linkage.r_squared("1", variants[0], variants).empty());
    CHECK(linkage.is_spent());
    linkage.reserve(0);
    CHECK_FALSE(linkage.is_spent());
    CHECK_FALSE(linkage.r_squared("1", variants[0], variants).empty());
    CHECK_THROWS_AS(linkage.reserve(-1), ContractViolation);
}

}  // namespace
}  // namespace maniple

#include "maniple/genotype/linkage.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <random>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

PackedBlock random_rows(std::int64_t samples, unsigned seed) {
    std::mt19937 chance{seed};
    PackedBlock block{2, samples};
    for (SampleIndex s{0}; s.get() < samples; ++s) {
        auto const any = [&] { return static_cast<unsigned>(chance() % 4); };
        auto const first = any();
        block.set(LocalVariantIndex{0}, s, first);
        block.set(LocalVariantIndex{1}, s, chance() % 3 == 0 ? any() : first);
    }
    return block;
}

// Two passes in double precision over the samples that have both.
double naive_r_squared(PackedView rows) {
    auto const for_each = [&](auto const& visit) {
        for (SampleIndex s{0}; s.get() < rows.samples(); ++s) {
            auto const a = rows.genotype(LocalVariantIndex{0}, s);
            auto const b = rows.genotype(LocalVariantIndex{1}, s);
            if (a != missing_genotype && b != missing_genotype) visit(double(a), double(b));
        }
    };
    double n = 0, mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;
    for_each([&](double a, double b) { n += 1, mean_a += a, mean_b += b; });
    mean_a /= n;
    mean_b /= n;
    for_each([&](double a, double b) {
        aa += (a - mean_a) * (a - mean_a);
        bb += (b - mean_b) * (b - mean_b);
        ab += (a - mean_a) * (b - mean_b);
    });
    return ab * ab / (aa * bb);
}

TEST_CASE("LinkageLead: r^2 is that of two loops in double precision", "[genotype]") {
    for (std::int64_t const samples : {5, 31, 32, 33, 255, 256, 257, 1000, 4097}) {
        auto const block = random_rows(samples, static_cast<unsigned>(samples));
        auto const rows = block.view();
        LinkageLead const lead{rows.row(LocalVariantIndex{0}), samples};
        auto const joint = lead.count(rows.row(LocalVariantIndex{1}));
        JointGenotypes expected;
        for (SampleIndex s{0}; s.get() < samples; ++s) {
            auto const a = rows.genotype(LocalVariantIndex{0}, s);
            auto const b = rows.genotype(LocalVariantIndex{1}, s);
            if (a < 3 && b < 3) ++expected.samples[a][b];
        }
        CHECK(joint == expected);
        CHECK(r_squared(joint) == Approx(naive_r_squared(rows)).epsilon(1e-10));
        CHECK(r_squared(lead.count(rows.row(LocalVariantIndex{0}))) == Approx(1));
    }
}

TEST_CASE("r_squared: of a variant that does not vary there is none", "[genotype]") {
    CHECK(std::isnan(r_squared({})));
    CHECK(std::isnan(r_squared({{{{3, 4, 5}, {0, 0, 0}, {0, 0, 0}}}})));
    CHECK(std::isnan(r_squared({{{{0, 4, 0}, {0, 1, 0}, {0, 2, 0}}}})));
    CHECK(r_squared({{{{1, 0, 0}, {0, 0, 0}, {0, 0, 1}}}}) == 1);
}

TEST_CASE("r_squared: is exact for half a billion samples", "[genotype]") {
    std::int64_t const many = 100'000'000;
    CHECK(r_squared({{{{many, 0, 0}, {0, many, 0}, {0, 0, many}}}}) == 1);
    CHECK(r_squared({{{{many, 0, many}, {0, many, 0}, {many, 0, many}}}}) == 0);
}

TEST_CASE("LinkageLead: contracts", "[genotype]") {
    auto const block = random_rows(40, 1);
    auto const row = block.view().row(LocalVariantIndex{0});
    CHECK_THROWS_AS((LinkageLead{row, 600}), ContractViolation);
    LinkageLead const lead{row, 40};
    CHECK_THROWS_AS(lead.count(row.first(1)), ContractViolation);
}

}  // namespace
}  // namespace maniple

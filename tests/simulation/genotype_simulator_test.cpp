#include "maniple/simulation/genotype_simulator.hpp"

#include <cmath>
#include <map>
#include <set>
#include <vector>

#include <catch2/catch.hpp>

#include "maniple/core/error.hpp"
#include "simulated_cohort.hpp"

namespace maniple {
namespace {

TraitPlan const no_traits{.quantitative = 0, .binary = 0, .covariates = 0, .causal = {}};

SimulatedCohort simulate_genotypes(GenotypePlan const& plan) {
    return simulate_cohort(plan, no_traits);
}

// Expected product of standardised genotypes: 1 for oneself, 0.5 for siblings, 0.125 for cousins.
double relatedness(SimulatedCohort const& cohort, SampleIndex a, SampleIndex b) {
    double sum = 0, variants = 0;
    for (auto const& site : cohort.sites) {
        double const f = alternate_frequency(site.truth);
        if (std::min(f, 1 - f) < 0.05) continue;
        sum += (site.truth[a.at()] - 2 * f) * (site.truth[b.at()] - 2 * f) / (2 * f * (1 - f));
        ++variants;
    }
    return sum / variants;
}

TEST_CASE("GenotypeSimulator: frequencies are those of a population", "[simulation]") {
    auto const cohort =
        simulate_genotypes({.samples = 1000, .variants = 3000, .missing_genotypes = 0});
    int polymorphic = 0, rare = 0, common = 0, high = 0;
    double squared_error = 0;
    for (auto const& site : cohort.sites) {
        double const f = alternate_frequency(site.truth);
        double const maf = std::min(f, 1 - f);
        polymorphic += maf > 0 ? 1 : 0;
        rare += maf < 0.05 ? 1 : 0;
        common += maf > 0.25 ? 1 : 0;
        high += f > 0.5 ? 1 : 0;
        squared_error += std::pow(f - site.expected_frequency, 2);
        REQUIRE(site.expected_frequency > 0);
        REQUIRE(site.expected_frequency < 1);
    }
    auto const variants = static_cast<double>(cohort.sites.size());
    CHECK(variants == 3000);
    CHECK(polymorphic / variants > 0.99);
    CHECK(rare / variants > 0.35);
    CHECK(rare / variants < 0.75);
    CHECK(common / variants > 0.08);
    CHECK(common / variants < 0.35);
    CHECK(high / variants > 0.1);  // ALT is often, not always, the rarer allele.
    CHECK(high / variants < 0.4);
    CHECK(std::sqrt(squared_error / variants) < 0.02);
}

TEST_CASE("GenotypeSimulator: as many variants are rare as asked", "[simulation]") {
    double const share = GENERATE(0.0, 0.5, 0.9, 1.0);
    auto const cohort = simulate_genotypes(
        {.samples = 2000, .variants = 2000, .missing_genotypes = 0, .rare_variants = share});
    double rare = 0, seen_rare = 0;
    for (auto const& site : cohort.sites) {
        double const expected = std::min(site.expected_frequency, 1 - site.expected_frequency);
        double const seen = alternate_frequency(site.truth);
        rare += expected < 0.01 ? 1.0 / 2000 : 0;
        seen_rare += std::min(seen, 1 - seen) < 0.01 ? 1.0 / 2000 : 0;
    }
    CHECK(rare == Approx(share).margin(share == 0 || share == 1 ? 0 : 0.04));
    CHECK(seen_rare == Approx(share).margin(0.1));
}

TEST_CASE("GenotypeSimulator: variants have rising positions, unique IDs and two alleles",
          "[simulation]") {
    auto const cohort = simulate_genotypes({.samples = 3, .variants = 4000});
    std::set<std::string> ids, contigs;
    for (std::size_t v = 0; v < cohort.sites.size(); ++v) {
        auto const& site = cohort.sites[v];
        ids.insert(site.variant.id);
        contigs.insert(site.contig);
        REQUIRE(site.variant.reference != site.variant.alternate);
        REQUIRE(site.variant.position > 0);
        if (v == 0 || cohort.sites[v - 1].contig != site.contig) continue;
        REQUIRE(cohort.sites[v - 1].variant.position < site.variant.position);
    }
    CHECK(ids.size() == 4000);
    CHECK(contigs.size() == 22);
}

TEST_CASE("GenotypeSimulator: linkage disequilibrium falls with distance", "[simulation]") {
    auto const cohort = simulate_genotypes(
        {.samples = 600, .variants = 3000, .contigs = 2, .ancestries = 1, .missing_genotypes = 0});
    std::map<int, double> mean_r2;
    for (int const distance : {1, 5, 20, 200}) {
        double pairs = 0;
        for (std::size_t v = 0; v + 200 < cohort.sites.size(); ++v) {
            auto const& a = cohort.sites[v];
            auto const& b = cohort.sites[v + static_cast<std::size_t>(distance)];
            auto const fa = alternate_frequency(a.truth), fb = alternate_frequency(b.truth);
            if (a.contig != b.contig || std::abs(fa - 0.5) > 0.4 || std::abs(fb - 0.5) > 0.4)
                continue;
            mean_r2[distance] += std::pow(correlation(a.truth, b.truth), 2);
            ++pairs;
        }
        REQUIRE(pairs > 100);
        mean_r2[distance] /= pairs;
    }
    CHECK(mean_r2[1] > 0.15);
    CHECK(mean_r2[1] > 1.3 * mean_r2[5]);
    CHECK(mean_r2[5] > 1.3 * mean_r2[20]);
    CHECK(mean_r2[20] > 1.3 * mean_r2[200]);
    CHECK(mean_r2[200] < 0.02);
}

TEST_CASE("GenotypeSimulator: siblings and cousins share what they should", "[simulation]") {
    GenotypePlan const plan{.samples = 400,
                            .variants = 6000,
                            .ancestries = 1,
                            .relatives = 0.5,
                            .missing_genotypes = 0};
    auto const cohort = simulate_genotypes(plan);
    Pedigree const pedigree{plan};
    REQUIRE(pedigree.families() == 50);
    double siblings = 0, cousins = 0, strangers = 0, selves = 0;
    for (HouseholdIndex h{0}; h < HouseholdIndex{50}; ++h) {
        auto const m = pedigree.members(h);
        siblings += relatedness(cohort, m[0], m[1]) + relatedness(cohort, m[2], m[3]);
        cousins += relatedness(cohort, m[0], m[2]) + relatedness(cohort, m[1], m[3]);
        strangers += relatedness(cohort, m[0], pedigree.members(h + 50).front());
        selves += relatedness(cohort, m[0], m[0]);
    }
    CHECK(selves / 50 == Approx(1).margin(0.05));
    CHECK(siblings / 100 == Approx(0.5).margin(0.04));
    CHECK(cousins / 100 == Approx(0.125).margin(0.03));
    CHECK(strangers / 50 == Approx(0).margin(0.02));
}

TEST_CASE("GenotypeSimulator: ancestry groups differ by the chosen Fst", "[simulation]") {
    double const fst = GENERATE(0.0, 0.03, 0.15);
    GenotypePlan const plan{.samples = 1500,
                            .variants = 6000,
                            .ancestries = 2,
                            .fst = fst,
                            .relatives = 0,
                            .missing_genotypes = 0};
    auto const cohort = simulate_genotypes(plan);
    Pedigree const pedigree{plan};
    // Hudson's estimator as a ratio of averages (Bhatia et al. 2013, equation 10).
    double numerator = 0, denominator = 0;
    for (auto const& site : cohort.sites) {
        double sums[2] = {0, 0}, counts[2] = {0, 0};
        for (SampleIndex s{0}; s < SampleIndex{plan.samples}; ++s) {
            auto const group = pedigree.ancestry(pedigree.household(s));
            sums[group] += site.truth[s.at()];
            counts[group] += 2;
        }
        double const p = sums[0] / counts[0], q = sums[1] / counts[1];
        numerator +=
            (p - q) * (p - q) - p * (1 - p) / (counts[0] - 1) - q * (1 - q) / (counts[1] - 1);
        denominator += p * (1 - q) + q * (1 - p);
    }
    // Founders are a finite sample of their group: a little drift of its own, 1/256 per group.
    CHECK(numerator / denominator == Approx(fst).margin(0.006 + 0.2 * fst));
}

TEST_CASE("GenotypeSimulator: genotypes are missing at the chosen rate, unevenly", "[simulation]") {
    double const rate = GENERATE(0.01, 0.1);
    auto const cohort =
        simulate_genotypes({.samples = 2000, .variants = 1500, .missing_genotypes = rate});
    std::vector<double> by_sample(2000), by_variant;
    for (auto const& site : cohort.sites) {
        double missing = 0;
        for (std::size_t s = 0; s < site.observed.size(); ++s) {
            if (site.observed[s] == missing_genotype) {
                ++missing;
                by_sample[s] += 1.0 / 1500;
            } else {
                REQUIRE(site.observed[s] == site.truth[s]);
            }
            REQUIRE(site.truth[s] <= 2);
        }
        by_variant.push_back(missing / 2000);
    }
    double const mean = std::accumulate(by_variant.begin(), by_variant.end(), 0.0) / 1500;
    CHECK(mean == Approx(rate).epsilon(0.1));
    CHECK(*std::ranges::max_element(by_variant) > 2 * rate);
    CHECK(*std::ranges::max_element(by_sample) > 2.5 * rate);
}

TEST_CASE("GenotypeSimulator: no genotype is missing at rate 0", "[simulation]") {
    auto const cohort =
        simulate_genotypes({.samples = 300, .variants = 600, .missing_genotypes = 0});
    for (auto const& site : cohort.sites) REQUIRE(site.observed == site.truth);
}

TEST_CASE("GenotypeSimulator: pieces of work and their order do not change a bit", "[simulation]") {
    GenotypePlan const plan{.samples = 700,
                            .variants = 1300,
                            .contigs = 2,
                            .relatives = 0.3,
                            .missing_genotypes = 0.05};
    TraitPlan const traits{.causal = 300};
    auto const whole = simulate_cohort(plan, traits);
    auto const pieces = simulate_cohort(plan, traits, 1, Order::backwards);
    REQUIRE(whole.sites.size() == pieces.sites.size());
    for (std::size_t v = 0; v < whole.sites.size(); ++v) {
        REQUIRE(whole.sites[v].truth == pieces.sites[v].truth);
        REQUIRE(whole.sites[v].observed == pieces.sites[v].observed);
    }
    CHECK(whole.traits.genetic_values == pieces.traits.genetic_values);

    auto other_plan = plan;
    other_plan.seed = 2;
    auto const other = simulate_cohort(other_plan, traits);
    CHECK(other.sites[0].truth != whole.sites[0].truth);
}

TEST_CASE("GenotypeSimulator: the smallest cohorts work", "[simulation]") {
    auto const samples = GENERATE(1, 2, 5);
    auto const variants = GENERATE(1, 3);
    auto const cohort =
        simulate_genotypes({.samples = samples, .variants = variants, .relatives = 1.0});
    CHECK(std::ssize(cohort.sites) == variants);
    CHECK(std::ssize(cohort.sites[0].truth) == samples);
}

TEST_CASE("GenotypeSimulator: refuses plans and blocks that cannot be", "[simulation]") {
    CHECK_THROWS_AS(GenotypeSimulator({.samples = 0, .variants = 1}), UserError);
    GenotypeSimulator simulator{{.samples = 10, .variants = 10, .contigs = 1}};
    REQUIRE(simulator.advance());
    PackedBlock wrong{10, 11};
    CHECK_THROWS_AS(simulator.emit_genotypes(simulator.tiles(), wrong), ContractViolation);
    CHECK_THROWS_AS(simulator.copy_haplotypes({HouseholdIndex{0}, HouseholdIndex{11}}),
                    ContractViolation);
    PackedBlock block{10, 10};
    CHECK_THROWS_AS(
        simulator.remove_genotypes({LocalVariantIndex{0}, LocalVariantIndex{11}}, block),
        ContractViolation);
    CHECK_FALSE(simulator.advance());
}

}  // namespace
}  // namespace maniple

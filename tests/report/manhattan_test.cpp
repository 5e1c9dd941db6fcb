#include "../src/report/manhattan.hpp"

#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace maniple {
namespace {

using Catch::Contains;

std::vector<std::string> const contigs{"1"};

// Hits 2,000 bases apart, the strongest in the middle; a locus of each.
ReportedTrait trait_with(std::int64_t hits) {
    ReportedTrait trait;
    trait.name = "height";
    trait.id = "trait-1";
    trait.survey.hits = hits;
    trait.survey.largest = 50;
    trait.all_loci = hits;
    for (std::int64_t i = 0; i < hits; ++i) {
        Hit const hit{.row = i,
                      .place = {0, static_cast<std::int32_t>(2000 * (i + 1))},
                      .neg_log10_p = i == hits / 2 ? 20.5F : 8.0F};
        trait.points.hits.push_back(hit);
        LocusRow row{.locus = {.lead = hit}, .lead = {.variant = {}}};
        row.lead.variant.position = hit.place.position;
        row.lead.variant.id = "rs" + std::to_string(i);
        row.lead.neg_log10_p = static_cast<double>(hit.neg_log10_p);
        trait.loci.insert(i == hits / 2 ? trait.loci.begin() : trait.loci.end(), row);
    }
    return trait;
}

std::string figure_of(ReportedTrait const& trait) {
    return manhattan_figure(trait, GenomeAxis{contigs, {100'000}}, contigs, 1.01, {1});
}

TEST_CASE("manhattan_figure: its caption tells the strongest hit", "[report]") {
    CHECK_THAT(figure_of(trait_with(0)), Contains("No variant reaches p = 5e-8; lambda GC 1.010"));
    CHECK_THAT(
        figure_of(trait_with(1)),
        Contains("1 variant with p ≤ 5e-8 at 1 locus; strongest rs0 at 1:2,000, p = 3.2e-21"));
    CHECK_THAT(
        figure_of(trait_with(5)),
        Contains("5 variants with p ≤ 5e-8 at 5 loci; strongest rs2 at 1:6,000, p = 3.2e-21"));
}

TEST_CASE("manhattan_figure: loci that the page has no room for", "[report]") {
    auto trait = trait_with(3);
    trait.loci.resize(1);
    CHECK_THAT(figure_of(trait), Contains("1 locus is marked, the strongest of all traits; 2 more "
                                          "are left out here"));
    trait.loci.clear();
    CHECK_THAT(
        figure_of(trait),
        Contains("3 variants with p ≤ 5e-8 at 3 loci; strongest at 1:4,000, p = 3.2e-21") &&
            Contains("No locus is marked, the strongest of all traits; 3 more are left out"));
}

TEST_CASE("manhattan_figure: loci that genotypes did not tell apart", "[report]") {
    auto trait = trait_with(3);
    CHECK_THAT(figure_of(trait), !Contains("by distance alone"));
    trait.loci[1].locus.basis = LocusBasis::linkage;
    CHECK_THAT(figure_of(trait), Contains("at 3 loci (2 of them by distance alone"));
    for (auto& row : trait.loci) row.locus.basis = LocusBasis::linkage;
    CHECK_THAT(figure_of(trait), !Contains("by distance alone"));
}

TEST_CASE("manhattan_json: how far regions reach, for clicks beside a lead", "[report]") {
    GenomeAxis const axis{{"1"}, {1000}};
    auto const json = nlohmann::json::parse(manhattan_json({}, axis, {"1"}, 250'000));
    CHECK(json["reach"] == 250'000);
}

}  // namespace
}  // namespace maniple

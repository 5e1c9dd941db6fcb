#include "../src/report/locus_parts.hpp"

#include <cmath>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace maniple {
namespace {

using Catch::Contains;
using Json = nlohmann::ordered_json;

VariantResult result(std::int64_t row, double neg_log10_p) {
    return {.row = row,
            .contig = 0,
            .variant = {.position = static_cast<std::int32_t>(100 + row),
                        .id = "same",
                        .reference = "A",
                        .alternate = "G"},
            .neg_log10_p = neg_log10_p};
}

LocusRow locus_at(std::int64_t row, double neg_log10_p) {
    return {.locus = {.lead = {.row = row, .neg_log10_p = static_cast<float>(neg_log10_p)}},
            .lead = result(row, neg_log10_p),
            .region = "region-1"};
}

TEST_CASE("region_json: the lead is there, whatever its rank and name", "[report]") {
    std::vector<VariantResult> variants;
    for (std::int64_t row = 0; row < 2000; ++row) variants.push_back(result(row, 9));
    auto const whole = Json::parse(region_json(locus_at(1234, 9), variants, {"1"}, {}, 1'000'000));
    CHECK(whole["y"].size() == 2000);
    CHECK(whole["lead_index"] == 1234);
    for (std::int64_t const bytes : {0, 100, 4000}) {
        auto const json = Json::parse(region_json(locus_at(1234, 9), variants, {"1"}, {}, bytes));
        auto const lead = json["lead_index"].get<std::size_t>();
        REQUIRE(lead < json["positions"].size());
        CHECK(json["positions"].at(lead) == 1334);
        CHECK(json["y"].size() <= 1 + static_cast<std::size_t>(bytes) / 40);
    }
}

TEST_CASE("region_json: of many variants the strongest", "[report]") {
    std::vector<VariantResult> variants;
    for (std::int64_t row = 0; row < 500; ++row) {
        variants.push_back(result(row, static_cast<double>(row * 7 % 500) / 10));
    }
    auto const json = Json::parse(region_json(locus_at(3, 2.1), variants, {"1"}, {}, 4000));
    auto const kept = json["y"].size();
    REQUIRE(kept > 10);
    for (auto const& y : json["y"]) {
        CHECK((y == 2.1 || y.get<double>() > 50 - static_cast<double>(kept) / 10));
    }
}

TEST_CASE("locus_table: digits for people, and those of results.h5 for a saved table", "[report]") {
    ReportedTrait trait;
    trait.name = "height";
    trait.loci.push_back(locus_at(3, 400.25));  // p = 10^-400.25 = 5.62341e-401
    auto& lead = trait.loci.front().lead;
    lead.beta = static_cast<double>(0.1234567F);
    lead.standard_error = static_cast<double>(0.001234F);
    lead.frequency = std::nan("");
    auto const html = locus_table(trait, {"1"}, 10);
    CHECK_THAT(html, Contains("data-exact=\"0.1234567\">0.1235</td>") &&
                         Contains("data-exact=\"0.001234\">0.00123</td>") &&
                         Contains("data-value=\"-400.25\" data-exact=\"5.62341e-401\">5.6e-401"));
    CHECK_THAT(html, !Contains("nan") && !Contains("data-exact=\"\""));
}

TEST_CASE("locus_table: where loci have regions, who has no script is told that they need it",
          "[report]") {
    ReportedTrait trait;
    trait.name = "height";
    trait.loci.push_back(locus_at(3, 9));
    CHECK_THAT(locus_table(trait, {"1"}, 10), Contains("<p class=\"unscripted\">Regional views"));
    CHECK_THAT(locus_table(trait, {"1"}, 0), !Contains("unscripted"));
    trait.loci.front().region.clear();
    CHECK_THAT(locus_table(trait, {"1"}, 10), !Contains("unscripted"));
}

TEST_CASE("keep_strongest_loci: one order over all traits", "[report]") {
    std::vector<ReportedTrait> traits(3);
    for (std::int64_t i = 0; i < 10; ++i) {
        traits[0].loci.push_back(locus_at(i, 40 - static_cast<double>(i)));
        traits[2].loci.push_back(locus_at(i, 35 - static_cast<double>(i)));
    }
    keep_strongest_loci(traits, 9);
    // 40 to 36, then 35 and 34 of both; the first trait's 33 and the other's are too many.
    CHECK(traits[0].loci.size() == 7);
    CHECK(traits[1].loci.empty());
    CHECK(traits[2].loci.size() == 2);
    keep_strongest_loci(traits, 100);
    CHECK(traits[0].loci.size() == 7);
}

}  // namespace
}  // namespace maniple

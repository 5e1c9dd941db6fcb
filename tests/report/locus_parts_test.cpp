#include "../src/report/locus_parts.hpp"

#include <cmath>
#include <limits>
#include <random>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "maniple/report/page_data.hpp"

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

TEST_CASE("region_json: r^2 with few copies is not told, and how many variants were tested is",
          "[report]") {
    std::vector<VariantResult> variants;
    for (std::int64_t row = 0; row < 4; ++row) variants.push_back(result(row, 9));
    variants[2].frequency = std::nan("");
    variants.push_back(result(4, std::nan("")));  // Not tested.
    auto const linkage = [](std::string const&, Variant const&, std::span<Variant const> others) {
        return std::vector<double>(others.size(), 0.25);
    };
    auto locus = locus_at(1, 9);
    auto const told = Json::parse(region_json(locus, variants, {"1"}, linkage, 1'000'000));
    CHECK(told["r_squared"] == Json::parse("[0.25, 0.25, null, 0.25]"));
    CHECK(told["tested"] == 4);
    CHECK(Json::parse(region_json(locus, variants, {"1"}, linkage, 0))["tested"] == 4);

    locus.lead.frequency = std::nan("");
    auto const hidden = Json::parse(region_json(locus, variants, {"1"}, linkage, 1'000'000));
    CHECK(hidden["r_squared"] == Json::parse("[null, null, null, null]"));
}

TEST_CASE("region_json: in the order of variants, of equal ones the first, none without a p",
          "[report]") {
    std::vector<VariantResult> variants;
    for (std::int64_t row = 0; row < 1000; ++row) {
        variants.push_back(result(row, row % 5 == 0 ? 9 : 5));
    }
    variants[7].neg_log10_p = std::numeric_limits<double>::quiet_NaN();
    auto const whole = Json::parse(region_json(locus_at(500, 9), variants, {"1"}, {}, 1'000'000));
    CHECK(whole["y"].size() == 999);
    auto const json = Json::parse(region_json(locus_at(500, 9), variants, {"1"}, {}, 4000));
    auto const kept = json["positions"].size();
    REQUIRE(kept > 10);
    REQUIRE(kept < 100);
    std::vector<std::int64_t> expected;  // Rows 0, 5, 10, ... and that of the lead.
    for (std::size_t i = 0; i + 1 < kept; ++i) {
        expected.push_back(100 + 5 * static_cast<std::int64_t>(i));
    }
    expected.push_back(600);
    CHECK(json["positions"].get<std::vector<std::int64_t>>() == expected);
    CHECK(json["lead_index"] == kept - 1);
}

TEST_CASE("region_json: every variant has its own r^2, rounded", "[report]") {
    std::vector<VariantResult> variants;
    for (std::int64_t row = 0; row < 300; ++row) {
        variants.push_back(result(row, static_cast<double>(row % 50)));
    }
    auto const linkage = [](std::string const& contig, Variant const& lead,
                            std::span<Variant const> others) {
        CHECK(contig == "1");
        CHECK(lead.position == 149);
        std::vector<double> values;
        for (auto const& other : others) values.push_back(other.position / 1000.0 + 0.0004);
        return values;
    };
    auto const json = Json::parse(region_json(locus_at(49, 49), variants, {"1"}, linkage, 6000));
    auto const kept = json["r_squared"].size();
    REQUIRE(kept == json["positions"].size());
    REQUIRE(kept < 150);
    for (std::size_t i = 0; i < kept; ++i) {
        CHECK(json["r_squared"][i] == Approx(json["positions"][i].get<double>() / 1000));
    }
    auto const unknown = Json::parse(region_json(locus_at(49, 49), variants, {"1"}, {}, 6000));
    for (auto const& value : unknown["r_squared"]) CHECK(value.is_null());
}

TEST_CASE("region_json: takes no more bytes than it may", "[report]") {
    std::vector<VariantResult> variants;
    std::mt19937_64 chance{7};
    for (std::int64_t row = 0; row < 2000; ++row) {
        variants.push_back(result(row, static_cast<double>(chance() % 1000) / 100));
        for (int i = 0; i < 8; ++i) variants.back().variant.id += std::to_string(chance());
    }
    for (std::int64_t const bytes : {3000, 30'000, 100'000}) {
        auto const locus = locus_at(77, 9);
        auto const json = region_json(locus, variants, {"1"}, {}, bytes);
        CHECK(std::ssize(embed_data(locus.region, json)) <= bytes);
    }
}

TEST_CASE("locus_table: no more rows than wanted, and how many are not there", "[report]") {
    ReportedTrait trait;
    trait.name = "height";
    for (std::int64_t row = 0; row < 4; ++row) trait.loci.push_back(locus_at(row, 9));
    trait.all_loci = 1234;
    auto const html = locus_table(trait, {"1"}, 3);
    std::size_t rows = 0;
    for (auto at = html.find("data-region"); at != std::string::npos;
         at = html.find("data-region", at + 1)) {
        ++rows;
    }
    CHECK(rows == 3);
    CHECK(html.find("And 1,231 more") != std::string::npos);
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

TEST_CASE("strongest_table: variants of a trait without hits, in their order", "[report]") {
    ReportedTrait trait;
    trait.name = "height";
    trait.id = "trait-2";
    for (auto const p : {6.5, 6.0}) {
        trait.strongest.push_back(result(static_cast<std::int64_t>(10 * p), p));
        trait.strongest.back().beta = 0.5;
    }
    auto const html = strongest_table(trait, {"1"});
    CHECK_THAT(html, Contains("Strongest variants of height, none with p ≤ 5e-8") &&
                         Contains("trait-2-strongest.tsv") && !Contains("data-region"));
    CHECK(html.find("3.2e-07") < html.find("1.0e-06"));
    CHECK(html.find("1.0e-06") != std::string::npos);
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
    // 34 of both: the first trait's stays.
    keep_strongest_loci(traits, 8);
    CHECK(traits[0].loci.size() == 7);
    CHECK(traits[2].loci.size() == 1);
}

}  // namespace
}  // namespace maniple

#include "maniple/report/scan_survey.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <random>
#include <set>

#include "maniple/core/error.hpp"
#include "maniple/report/variant_result.hpp"
#include "maniple/stats/genomic_inflation.hpp"
#include "store/known_results.hpp"
#include "store/scratch_store.hpp"

namespace maniple {
namespace {

constexpr std::int64_t variants = 9000;

/// Two traits on contigs "2" and "1", the second one's positions falling.
class KnownScan {
public:
    explicit KnownScan(std::string const& missing_genotype = "mean") {
        std::mt19937_64 chance{5};
        std::uniform_real_distribution<double> uniform{0, 1};
        std::vector<test::ContigVariants> contigs{{"2", {}}, {"1", {}}};
        for (std::int32_t v = 0; v < variants; ++v) {
            auto& contig = contigs[v < 5000 ? 0 : 1];
            contig.variants.push_back({.position = v < 5000 ? 10 + v * 100 : 900'000 - v * 100,
                                       .id = "rs" + std::to_string(v),
                                       .reference = "A",
                                       .alternate = "G"});
        }
        for (int t = 0; t < 2; ++t) {
            auto& trait = traits.emplace_back();
            for (std::int64_t v = 0; v < variants; ++v) {
                bool const is_hit = v % 1000 < 3 + t;
                auto const p = v % 11 == 7 ? std::numeric_limits<float>::quiet_NaN()
                               : is_hit    ? static_cast<float>(8 + v % 7)
                                           : static_cast<float>(-std::log10(1 - uniform(chance)));
                trait.neg_log10_p.push_back(p);
                trait.beta.push_back(0.5);
                trait.standard_error.push_back(0.1F);
                trait.status.push_back(std::isnan(p) ? 1 : 0);
                trait.samples.push_back(1000);
                trait.effect_allele_frequency.push_back(
                    v % 100 == 0   ? 0.001F
                    : v % 100 == 1 ? 0.004F
                                   : 0.01F + 0.98F * static_cast<float>(uniform(chance)));
            }
        }
        ResultHeader header{.traits = {"a", "b"},
                            .statuses = {"ok", "monomorphic"},
                            .model = "linear",
                            .covariates = "",
                            .missing_genotype = missing_genotype};
        test::write_results(folder_.path() / "results.h5", header, contigs, traits);
    }

    ResultReader open() const { return ResultReader{folder_.path() / "results.h5"}; }

    std::vector<TraitResults> traits;

private:
    test::ScratchFolder folder_;
};

std::vector<TraitIndex> const both{TraitIndex{0}, TraitIndex{1}};

TEST_CASE("survey_scan: counts, lambda and places are those of everything in memory", "[report]") {
    KnownScan const scan;
    auto const survey = survey_scan(scan.open(), both);
    CHECK(survey.contig_lengths == std::vector<std::int32_t>{10 + 4999 * 100, 400'000});
    std::int64_t rows = 0;
    for (auto const& stretch : survey.stretches) {
        CHECK(stretch.rows.first.get() == rows);
        rows = stretch.rows.last.get();
    }
    CHECK(rows == variants);
    for (std::size_t t = 0; t < 2; ++t) {
        auto const& p = scan.traits[t].neg_log10_p;
        CHECK(survey.traits[t].hits ==
              std::ranges::count_if(p, [](float value) { return value >= hit_neg_log10_p; }));
        CHECK(survey.traits[t].all_inflation().value() ==
              Approx(genomic_inflation(p)).epsilon(1e-3));
        CHECK(survey.traits[t].largest == 14);
    }
}

TEST_CASE("collect_points: every hit is kept, and every cell has its point", "[report]") {
    KnownScan const scan;
    auto const results = scan.open();
    auto const survey = survey_scan(results, both);
    GenomeAxis const axis{results.header().contigs, survey.contig_lengths};
    PlotGrid const grid{.columns = 50, .rows = 40, .most_y = 7.5};
    auto const points = collect_points(results, both, survey, axis, grid, 1'000'000);
    auto const places = results.places({GlobalVariantIndex{0}, GlobalVariantIndex{variants}});
    for (std::size_t t = 0; t < 2; ++t) {
        auto const& p = scan.traits[t].neg_log10_p;
        std::vector<std::int64_t> hits;
        std::set<std::pair<std::int64_t, std::int64_t>> wanted, found;
        auto const cell = [&](GenomePlace const& place, float y) {
            return std::pair{axis.coordinate(place) * grid.columns / axis.length(),
                             static_cast<std::int64_t>(static_cast<double>(y) / grid.most_y *
                                                       static_cast<double>(grid.rows))};
        };
        for (std::size_t v = 0; v < p.size(); ++v) {
            if (p[v] >= hit_neg_log10_p) hits.push_back(static_cast<std::int64_t>(v));
            if (p[v] < hit_neg_log10_p)
                wanted.insert(cell({places.contig[v], places.position[v]}, p[v]));
        }
        REQUIRE(points[t].hits.size() == hits.size());
        for (std::size_t i = 0; i < hits.size(); ++i) CHECK(points[t].hits[i].row == hits[i]);
        for (auto const& point : points[t].background) found.insert(cell(point.place, point.y));
        CHECK(found == wanted);
        CHECK(points[t].background.size() == wanted.size());

        std::vector<std::int64_t> others;
        for (std::int64_t v = 0; v < std::ssize(p); ++v) {
            auto const value = p[static_cast<std::size_t>(v)];
            if (value < hit_neg_log10_p) others.push_back(v);
        }
        std::ranges::stable_sort(others, std::greater{},
                                 [&](std::int64_t v) { return p[static_cast<std::size_t>(v)]; });
        REQUIRE(points[t].strongest.size() == 10);
        for (std::size_t i = 0; i < 10; ++i) CHECK(points[t].strongest[i].row == others[i]);
    }
}

TEST_CASE("collect_points: of too many hits the strongest", "[report]") {
    KnownScan const scan;
    auto const results = scan.open();
    auto const survey = survey_scan(results, both);
    GenomeAxis const axis{results.header().contigs, survey.contig_lengths};
    auto const points = collect_points(results, both, survey, axis, {10, 10, 7.5}, 5);
    // Trait a has 9 x 3 hits of 8 to 14, b 9 x 4.
    std::size_t hits = 0;
    for (std::size_t t = 0; t < points.size(); ++t) {
        hits += points[t].hits.size();
        CHECK(points[t].hits_from > hit_neg_log10_p);
        CHECK(points[t].hits_from == points[0].hits_from);
        CHECK_FALSE(points[t].weak_hits.empty());
        for (auto const& hit : points[t].weak_hits) CHECK(hit.y >= hit_neg_log10_p);
        for (auto const& point : points[t].background) CHECK(point.y < hit_neg_log10_p);
    }
    CHECK(hits <= 5);
}

TEST_CASE("survey_scan: a -log10 p below 0 is damage", "[report]") {
    test::ScratchFolder const folder;
    std::vector<test::ContigVariants> const contigs{
        {"1", {{.position = 1, .id = "a", .reference = "A", .alternate = "G"}}}};
    ResultHeader const header{.traits = {"t"},
                              .statuses = {"ok"},
                              .model = "linear",
                              .covariates = "",
                              .missing_genotype = "mean"};
    TraitResults trait;
    trait.neg_log10_p = {-1};
    trait.beta = {0.5};
    trait.standard_error = {0.1F};
    trait.status = {0};
    trait.samples = {100};
    trait.effect_allele_frequency = {0.5F};
    test::write_results(folder.path() / "results.h5", header, contigs, std::vector{trait});
    ResultReader const results{folder.path() / "results.h5"};
    CHECK_THROWS_AS(survey_scan(results, std::vector{TraitIndex{0}}), CorruptInput);
}

TEST_CASE("rows_near: rows of the window alone, whatever the order of positions", "[report]") {
    KnownScan const scan;
    auto const results = scan.open();
    auto const survey = survey_scan(results, both);
    auto const places = results.places({GlobalVariantIndex{0}, GlobalVariantIndex{variants}});
    for (auto const& place : {GenomePlace{0, 5000}, GenomePlace{1, 300'000}, GenomePlace{1, 1}}) {
        std::vector<std::int64_t> expected;
        for (std::int64_t v = 0; v < variants; ++v) {
            auto const i = static_cast<std::size_t>(v);
            if (places.contig[i] == place.contig &&
                std::abs(places.position[i] - place.position) <= 12'345) {
                expected.push_back(v);
            }
        }
        CHECK(rows_near(results, survey, place, 12'345) == expected);
    }
}

TEST_CASE("read_results: all of a few rows; of few copies p alone is told", "[report]") {
    KnownScan const scan;
    std::vector<std::int64_t> const rows{0, 1, 2, 4096, 8999};
    auto const results = read_results(scan.open(), TraitIndex{1}, rows);
    REQUIRE(results.size() == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        auto const v = static_cast<std::size_t>(rows[i]);
        CHECK(results[i].row == rows[i]);
        CHECK(results[i].variant.id == "rs" + std::to_string(rows[i]));
        CHECK(results[i].neg_log10_p == static_cast<double>(scan.traits[1].neg_log10_p[v]));
    }
    // 2 copies among 1,000; and 8, which may be 4 among the 500 that have a genotype.
    for (auto const few : {0, 1}) {
        CHECK(std::isnan(results[few].frequency));
        CHECK(std::isnan(results[few].beta));
        CHECK(std::isnan(results[few].standard_error));
        CHECK(std::isnan(results[few].z()));
    }
    for (auto const many : {2, 3, 4}) CHECK(results[many].z() == Approx(5));
    CHECK(results[2].frequency == static_cast<double>(scan.traits[1].effect_allele_frequency[2]));
    CHECK(results[1].alleles() == "A/G");

    KnownScan const exact{"drop"};
    auto const told = read_results(exact.open(), TraitIndex{1}, rows);
    CHECK(std::isnan(told[0].frequency));
    CHECK(std::isnan(told[0].z()));
    CHECK(told[1].frequency == Approx(0.004));
    CHECK(told[1].z() == Approx(5));
}

}  // namespace
}  // namespace maniple

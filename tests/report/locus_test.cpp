#include "maniple/report/locus.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace maniple {
namespace {

// r^2 of two rows by a rule of the test: symmetric, and 1 of a row with itself.
double known_r_squared(Hit const& a, Hit const& b) {
    auto const sum = static_cast<double>((a.row * 7919 + b.row * 7919) % 1000);
    return a.row == b.row ? 1 : sum / 1000;
}

std::vector<Hit> random_hits(std::size_t count, unsigned seed) {
    std::mt19937 chance{seed};
    std::vector<Hit> hits;
    for (std::size_t i = 0; i < count; ++i) {
        hits.push_back({.row = static_cast<std::int64_t>(i),
                        .place = {static_cast<std::int32_t>(chance() % 3),
                                  static_cast<std::int32_t>(1 + chance() % 20'000)},
                        .neg_log10_p = 8 + static_cast<float>(chance() % 50)});
    }
    std::ranges::shuffle(hits, chance);
    return hits;
}

// Every hit is looked at for every locus.
std::vector<Locus> naive_loci(std::vector<Hit> hits, LocusRule const& rule, bool by_linkage) {
    std::vector<Locus> loci;
    while (!hits.empty()) {
        auto const lead = *std::ranges::min_element(hits, {}, [](Hit const& hit) {
            return std::pair{-hit.neg_log10_p, hit.row};
        });
        Locus locus{
            .lead = lead, .hits = 0, .first = lead.place.position, .last = lead.place.position};
        std::vector<Hit> others;
        for (auto const& hit : hits) {
            bool const belongs =
                hit.place.contig == lead.place.contig &&
                std::abs(hit.place.position - lead.place.position) <= rule.distance &&
                (!by_linkage || hit.row == lead.row ||
                 known_r_squared(lead, hit) >= rule.clump_r_squared);
            if (!belongs) {
                others.push_back(hit);
                continue;
            }
            ++locus.hits;
            locus.first = std::min(locus.first, hit.place.position);
            locus.last = std::max(locus.last, hit.place.position);
        }
        loci.push_back(locus);
        hits = others;
    }
    return loci;
}

void require_equal(std::vector<Locus> const& found, std::vector<Locus> const& expected) {
    REQUIRE(found.size() == expected.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        CHECK(found[i].lead.row == expected[i].lead.row);
        CHECK(found[i].hits == expected[i].hits);
        CHECK(found[i].first == expected[i].first);
        CHECK(found[i].last == expected[i].last);
    }
}

TEST_CASE("find_loci: by distance, as brute force finds them", "[report]") {
    for (unsigned const seed : {1U, 2U, 3U}) {
        auto const hits = random_hits(400, seed);
        for (std::int64_t const distance : {0, 1, 50, 1000, 100'000}) {
            LocusRule const rule{.distance = distance};
            auto const loci = find_loci(hits, rule);
            require_equal(loci, naive_loci(hits, rule, false));
            CHECK(loci.front().basis == LocusBasis::distance);
        }
    }
}

TEST_CASE("find_loci: by linkage, as brute force finds them", "[report]") {
    auto const hits = random_hits(400, 4);
    LinkageToLead const linkage = [](Hit const& lead, std::span<Hit const> others) {
        std::vector<double> values;
        for (auto const& other : others) values.push_back(known_r_squared(lead, other));
        return values;
    };
    for (double const least : {0.0, 0.1, 0.5, 1.0}) {
        LocusRule const rule{.distance = 2000, .clump_r_squared = least};
        auto const loci = find_loci(hits, rule, linkage);
        require_equal(loci, naive_loci(hits, rule, true));
        CHECK(loci.front().basis == LocusBasis::linkage);
    }
}

TEST_CASE("find_loci: where linkage is not known, distance decides", "[report]") {
    auto const hits = random_hits(100, 5);
    LocusRule const rule{.distance = 2000, .clump_r_squared = 0.9};
    auto const expected = naive_loci(hits, rule, false);
    require_equal(find_loci(hits, rule,
                            [](Hit const&, std::span<Hit const>) { return std::vector<double>{}; }),
                  expected);
    require_equal(find_loci(hits, rule,
                            [](Hit const&, std::span<Hit const> others) {
                                return std::vector<double>(
                                    others.size(), std::numeric_limits<double>::quiet_NaN());
                            }),
                  expected);
}

TEST_CASE("find_loci: no hits, no loci", "[report]") { CHECK(find_loci({}, {}).empty()); }

}  // namespace
}  // namespace maniple

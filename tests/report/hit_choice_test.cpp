#include "../src/report/hit_choice.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <tuple>
#include <utility>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

constexpr PlotGrid grid{.columns = 20, .rows = 30, .most_y = 40};

// Hits of whole -log10 p, so that many are equal.
std::vector<ReportedTrait> random_traits(std::size_t count, std::size_t hits) {
    std::mt19937 chance{11};
    std::vector<ReportedTrait> traits(count);
    for (auto& trait : traits) {
        for (std::size_t i = 0; i < hits; ++i) {
            trait.points.hits.push_back({.row = static_cast<std::int64_t>(3 * i),
                                         .place = {0, static_cast<std::int32_t>(1 + i * 97)},
                                         .neg_log10_p = 8 + static_cast<float>(chance() % 30)});
        }
    }
    return traits;
}

std::int64_t count(HitFlags const& flags) {
    std::int64_t all = 0;
    for (auto const& trait : flags) all += std::ranges::count(trait, true);
    return all;
}

// All that a page would read: details of these rows.
void read_rows(ReportedTrait& trait, std::vector<std::int64_t> const& rows) {
    for (auto const row : rows) trait.hits.push_back({.row = row, .variant = {}});
}

TEST_CASE("strongest_hits: one order over all traits, as sorting tells", "[report]") {
    auto const traits = random_traits(7, 300);
    std::vector<std::tuple<float, std::size_t, std::size_t>> order;
    for (std::size_t t = 0; t < traits.size(); ++t) {
        for (std::size_t i = 0; i < 300; ++i) {
            order.emplace_back(-traits[t].points.hits[i].neg_log10_p, t, i);
        }
    }
    std::ranges::sort(order);
    for (std::int64_t const most : {0, 1, 299, 1000, 2099, 2100, 5000}) {
        auto const flags = strongest_hits(traits, most);
        CHECK(count(flags) == std::min<std::int64_t>(most, 2100));
        for (std::int64_t rank = 0; rank < 2100; ++rank) {
            auto const [value, t, i] = order[static_cast<std::size_t>(rank)];
            CHECK(flags[t][i] == (rank < most));
        }
    }
}

TEST_CASE("share_hits: every hit has details, a point, or a higher one in its cell", "[report]") {
    auto trait = random_traits(1, 900).front();
    trait.loci.push_back({.locus = {.lead = trait.points.hits[17]}, .lead = {.variant = {}}});
    GenomeAxis const axis{{"1"}, std::vector<std::int32_t>{900 * 97}};
    std::vector<ReportedTrait> const all{trait};
    auto const told = strongest_hits(all, 100).front();
    auto const drawn = strongest_hits(all, 300).front();
    auto const rows = told_rows(trait, told);
    CHECK(std::ranges::binary_search(rows, trait.points.hits[17].row));
    read_rows(trait, rows);
    share_hits(trait, rows, drawn, axis, grid);

    CHECK(trait.hits.size() == rows.size());
    std::map<std::pair<std::int64_t, std::int64_t>, float> highest;
    std::set<std::int32_t> points;
    auto const cell = [](std::int32_t position, float y) {
        return std::pair{std::int64_t{position} * grid.columns / (900 * 97),
                         static_cast<std::int64_t>(static_cast<double>(y) * 30 / 40)};
    };
    for (auto const& point : trait.other_hits) {
        points.insert(point.place.position);
        auto& top = highest[cell(point.place.position, point.y)];
        top = std::max(top, point.y);
    }
    CHECK(points.size() == trait.other_hits.size());
    for (std::size_t i = 0; i < 900; ++i) {
        auto const& hit = trait.points.hits[i];
        bool const has_details = std::ranges::binary_search(rows, hit.row);
        bool const has_point = points.contains(hit.place.position);
        CHECK_FALSE((has_details && has_point));
        if (drawn[i]) CHECK((has_details || has_point));
        if (has_details || has_point) continue;
        CHECK(highest[cell(hit.place.position, hit.neg_log10_p)] >= hit.neg_log10_p);
    }
}

TEST_CASE("told_rows: leads and what is told, each row once", "[report]") {
    auto trait = random_traits(1, 6).front();
    for (std::size_t const lead : {4, 1}) {
        trait.loci.push_back({.locus = {.lead = trait.points.hits[lead]}, .lead = {.variant = {}}});
    }
    CHECK(told_rows(trait, {true, true, false, false, false, true}) ==
          std::vector<std::int64_t>{0, 3, 12, 15});
    CHECK(told_rows(trait, std::vector<bool>(6)) == std::vector<std::int64_t>{3, 12});
}

TEST_CASE("share_hits: again with fewer details, and weak hits have their points", "[report]") {
    auto trait = random_traits(1, 3).front();
    trait.points.weak_hits.push_back({{0, 290}, 7.5F});
    GenomeAxis const axis{{"1"}, std::vector<std::int32_t>{300}};
    read_rows(trait, {0, 3});
    std::vector<std::int64_t> const both{0, 3};
    share_hits(trait, both, {true, true, true}, axis, grid);
    CHECK(trait.hits.size() == 2);
    std::vector<std::int64_t> const first{0};
    share_hits(trait, first, {true, true, true}, axis, grid);
    REQUIRE(trait.hits.size() == 1);
    CHECK(trait.hits[0].row == 0);
    std::vector<std::int32_t> positions;
    for (auto const& point : trait.other_hits) positions.push_back(point.place.position);
    std::ranges::sort(positions);
    CHECK(positions == std::vector<std::int32_t>{98, 195, 290});
}

TEST_CASE("share_hits: details must be there", "[report]") {
    auto trait = random_traits(1, 3).front();
    GenomeAxis const axis{{"1"}, std::vector<std::int32_t>{300}};
    std::vector<std::int64_t> const rows{0};
    CHECK_THROWS_AS(share_hits(trait, rows, {true, true, true}, axis, grid), ContractViolation);
    CHECK_THROWS_AS(strongest_hits({}, -1), ContractViolation);
}

}  // namespace
}  // namespace maniple

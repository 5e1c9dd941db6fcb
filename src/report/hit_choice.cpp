#include "hit_choice.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// How many of the values above the border there are, and how many at the border are wanted too.
struct HitBorder {
    float value;
    std::int64_t at_it;
};

HitBorder border_of(std::vector<float> values, std::int64_t most) {
    std::ranges::nth_element(values, values.begin() + most, std::greater{});
    auto const border = values[static_cast<std::size_t>(most)];
    auto const above = std::ranges::count_if(values, [&](float value) { return value > border; });
    return {border, most - above};
}

}  // namespace

HitFlags strongest_hits(std::span<ReportedTrait const> traits, std::int64_t most) {
    expect(most >= 0, "a number of hits is not negative");

    std::vector<float> values;
    HitFlags flags;
    for (auto const& trait : traits) {
        for (auto const& hit : trait.points.hits) values.push_back(hit.neg_log10_p);
        flags.emplace_back(trait.points.hits.size(), true);
    }
    if (std::ssize(values) <= most) return flags;
    auto border = border_of(std::move(values), most);
    for (std::size_t t = 0; t < traits.size(); ++t) {
        auto const& hits = traits[t].points.hits;
        for (std::size_t i = 0; i < hits.size(); ++i) {
            bool const is_at_it = hits[i].neg_log10_p == border.value && border.at_it > 0;
            flags[t][i] = is_at_it || hits[i].neg_log10_p > border.value;
            if (is_at_it) --border.at_it;
        }
    }
    return flags;
}

std::vector<std::int64_t> told_rows(ReportedTrait const& trait, std::vector<bool> const& told) {
    std::vector<std::int64_t> rows;
    for (auto const& row : trait.loci) rows.push_back(row.locus.lead.row);
    for (std::size_t i = 0; i < told.size(); ++i) {
        if (told[i]) rows.push_back(trait.points.hits[i].row);
    }
    std::ranges::sort(rows);
    auto const repeated = std::ranges::unique(rows);
    rows.erase(repeated.begin(), repeated.end());
    return rows;
}

void share_hits(ReportedTrait& trait, std::span<std::int64_t const> rows,
                std::vector<bool> const& drawn, GenomeAxis const& axis, PlotGrid const& grid) {
    auto const is_told = [&](std::int64_t row) { return std::ranges::binary_search(rows, row); };
    std::erase_if(trait.hits, [&](VariantResult const& hit) { return !is_told(hit.row); });
    expect(trait.hits.size() == rows.size(), "details of all rows are there");

    trait.other_hits.clear();
    PointThinner thinner{axis, grid};
    for (auto const& hit : trait.points.weak_hits) thinner.add(hit.place, hit.y);
    for (std::size_t i = 0; i < drawn.size(); ++i) {
        auto const& hit = trait.points.hits[i];
        if (is_told(hit.row)) continue;
        if (drawn[i]) {
            trait.other_hits.push_back({hit.place, hit.neg_log10_p});
        } else {
            thinner.add(hit.place, hit.neg_log10_p);
        }
    }
    auto const thinned = thinner.points();
    trait.other_hits.insert(trait.other_hits.end(), thinned.begin(), thinned.end());
}

}  // namespace maniple

#include "plotted_traits.hpp"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "hit_choice.hpp"
#include "locus_parts.hpp"
#include "scan_agreement.hpp"

namespace maniple {
namespace {

constexpr std::size_t most_plotted = 20;       // Traits.
constexpr std::size_t most_regions = 20;       // Of the page.
constexpr std::int64_t most_hits = 8'000'000;  // In memory, of all traits.

// Those with the most hits, in their order.
std::vector<ReportedTrait> choose_plotted(ScanRun const& run) {
    if (run.header().variants == 0) return {};
    auto chosen = run.rows;
    std::ranges::stable_sort(chosen, std::greater{},
                             [&](std::size_t row) { return run.summary.count(row, "hits"); });
    chosen.resize(std::min(chosen.size(), most_plotted));
    std::set<std::size_t> const plotted{chosen.begin(), chosen.end()};
    std::vector<ReportedTrait> traits;
    for (auto const row : run.rows) {
        if (!plotted.contains(row)) continue;
        ReportedTrait trait;
        trait.name = run.header().traits[row];
        trait.id = fmt::format("trait-{}", traits.size() + 1);
        trait.index = TraitIndex{static_cast<std::int64_t>(row)};
        traits.push_back(std::move(trait));
    }
    return traits;
}

void take_surveys(ScanRun const& run, ScanSurvey const& survey, std::span<ReportedTrait> traits) {
    for (std::size_t t = 0; t < traits.size(); ++t) {
        auto const& found = survey.traits[t];
        require_same_counts(run.request.run, run.header(), run.summary, traits[t].index.at(),
                            {.most_samples = found.most_samples,
                             .tested = found.all_ranks().count(),
                             .hits = found.hits,
                             .lambda_gc = found.all_inflation().value()});
        traits[t].survey = found;
    }
}

LinkageToLead linkage_to_lead(ScanRun& run, NameCache& names) {
    if (!run.linkage.store || run.request.loci.clump_r_squared == 0) return {};
    return [&](Hit const& lead, std::span<Hit const> others) {
        auto const& contig = run.header().contigs[static_cast<std::size_t>(lead.place.contig)];
        std::vector<Variant> variants;
        for (auto const& other : others) variants.push_back(names.at(run.results, other.row));
        return run.linkage.r_squared(contig, names.at(run.results, lead.row), variants);
    };
}

void find_loci_of(ReportedTrait& trait, LocusRule const& rule, LinkageToLead const& linkage) {
    auto const loci = find_loci(trait.points.hits, rule, linkage);
    trait.all_loci = std::ssize(loci);
    for (auto const& locus : loci) {
        if (std::ssize(trait.loci) == finest_detail.loci) break;
        trait.loci.push_back({locus, {.variant = {}}});
    }
}

void read_leads(ResultReader const& results, ReportedTrait& trait) {
    std::vector<std::int64_t> rows;
    for (auto const& row : trait.loci) rows.push_back(row.locus.lead.row);
    std::ranges::sort(rows);
    auto const leads = read_results(results, trait.index, rows);
    for (auto& row : trait.loci) {
        auto const at = std::ranges::lower_bound(rows, row.locus.lead.row) - rows.begin();
        row.lead = leads[static_cast<std::size_t>(at)];
    }
}

void read_strongest(ResultReader const& results, ReportedTrait& trait) {
    if (trait.survey.hits > 0) return;
    std::vector<std::int64_t> rows;
    for (auto const& hit : trait.points.strongest) rows.push_back(hit.row);
    std::ranges::sort(rows);
    trait.strongest = read_results(results, trait.index, rows);
    std::ranges::stable_sort(trait.strongest, std::greater{}, &VariantResult::neg_log10_p);
}

void read_hits(ResultReader const& results, std::span<ReportedTrait> traits) {
    auto const told = strongest_hits(traits, finest_detail.hits);
    for (std::size_t t = 0; t < traits.size(); ++t) {
        read_leads(results, traits[t]);
        read_strongest(results, traits[t]);
        traits[t].hits = read_results(results, traits[t].index, told_rows(traits[t], told[t]));
    }
}

// The strongest loci of the page.
void choose_regions(std::span<ReportedTrait> traits) {
    std::vector<LocusRow*> all;
    for (auto& trait : traits) {
        for (auto& locus : trait.loci) all.push_back(&locus);
    }
    std::ranges::stable_sort(all, std::greater{},
                             [](LocusRow const* row) { return row->lead.neg_log10_p; });
    all.resize(std::min(all.size(), most_regions));
    for (std::size_t i = 0; i < all.size(); ++i) all[i]->region = fmt::format("region-{}", i + 1);
}

}  // namespace

PlottedTraits read_plotted_traits(ScanRun& run) {
    auto traits = choose_plotted(run);
    std::vector<TraitIndex> indices;
    for (auto const& trait : traits) indices.push_back(trait.index);
    auto survey = survey_scan(run.results, indices);
    GenomeAxis axis{run.header().contigs, survey.contig_lengths};
    take_surveys(run, survey, traits);
    auto points =
        collect_points(run.results, indices, survey, axis, finest_detail.cells.grid(), most_hits);
    NameCache names;
    auto const linkage = linkage_to_lead(run, names);
    std::vector<QqParts> qq;
    for (std::size_t t = 0; t < traits.size(); ++t) {
        traits[t].points = std::move(points[t]);
        find_loci_of(traits[t], run.request.loci, linkage);
        qq.push_back(qq_parts(traits[t]));
    }
    keep_strongest_loci(traits, finest_detail.loci);
    read_hits(run.results, traits);
    choose_regions(traits);
    PlottedTraits plotted{.survey = std::move(survey),
                          .axis = std::move(axis),
                          .traits = std::move(traits),
                          .qq = std::move(qq),
                          .detail = finest_detail};
    show_with(finest_detail, plotted);
    return plotted;
}

void show_with(PageDetail const& detail, PlottedTraits& plotted) {
    keep_strongest_loci(plotted.traits, detail.loci);
    auto const told = strongest_hits(plotted.traits, detail.hits);
    auto const drawn = strongest_hits(plotted.traits, detail.hits + detail.dots);
    for (std::size_t t = 0; t < plotted.traits.size(); ++t) {
        auto& trait = plotted.traits[t];
        auto grid = detail.cells.grid();
        trait.background = thinned(trait.points.background, plotted.axis, grid);
        grid.most_y = top_of_plot(trait.survey);
        share_hits(trait, told_rows(trait, told[t]), drawn[t], plotted.axis, grid);
    }
    plotted.detail = detail;
}

}  // namespace maniple

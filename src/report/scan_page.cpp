#include "scan_page.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "heat_parts.hpp"
#include "locus_parts.hpp"
#include "manhattan.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/report/html.hpp"
#include "maniple/report/page.hpp"
#include "plotted_traits.hpp"
#include "scan_overview.hpp"
#include "scan_run.hpp"

namespace maniple {
namespace {

// A page has 5 MB, and 0.3 MB of them are for script, style and head.
constexpr std::int64_t room_of_page = 4'300'000;   // Without regions.
constexpr std::int64_t room_of_regions = 400'000;  // At the least.
// Genotypes that loci leave to the regions: half of what may be read.
constexpr std::int64_t bytes_of_regions = std::int64_t{32} << 30;

// "300 tested for association with height"; of many traits, from the fewest to the most.
std::string describe_tested(ScanRun const& run, std::string const& what) {
    std::vector<std::int64_t> tested;
    for (auto const row : run.rows) {
        tested.push_back(run.summary.count(row, "tested"));
    }
    auto const [least, most] = std::ranges::minmax(tested);
    auto const count =
        least == most ? grouped(most) : fmt::format("from {} to {}", grouped(least), grouped(most));
    return fmt::format("{} tested for association with {}{}", count,
                       tested.size() == 1 ? "" : "each of ", what);
}

Page begin_page(ScanRun const& run) {
    auto const traits = std::ssize(run.rows);
    auto const what = traits == 1 ? run.header().traits[run.rows.front()] : plural(traits, "trait");
    return {PageKind::scan, fmt::format("Scan of {}", what),
            fmt::format("{} in the scan; {}.", plural(run.header().variants, "variant"),
                        describe_tested(run, what))};
}

std::string describe_unplotted(ScanRun const& run, PlottedTraits const& plotted) {
    if (plotted.traits.size() == run.rows.size() || run.header().variants == 0) return {};
    HtmlWriter html;
    html.element("p", fmt::format("Plots follow for the {} traits with the most hits; `maniple "
                                  "report --trait` chooses others.",
                                  plotted.traits.size()));
    return std::move(html).finish();
}

// Bytes that points take in a page at the least: what need not be written to be seen too large.
std::int64_t least_size(std::vector<ReportedTrait> const& traits) {
    constexpr std::int64_t point_bytes = 6;
    constexpr std::int64_t hit_bytes = 20;
    std::int64_t size = 0;
    for (auto const& trait : traits) {
        size += point_bytes * (std::ssize(trait.background) + std::ssize(trait.other_hits));
        size += hit_bytes * std::ssize(trait.hits);
    }
    return size;
}

void add_trait(Page& page, ScanRun const& run, PlottedTraits const& plotted, std::size_t t) {
    auto const& trait = plotted.traits[t];
    auto const& qq = plotted.qq[t];
    auto const& contigs = run.header().contigs;
    if (qq.json.empty()) {
        page.add_section(trait.id, trait.name, "<p>No variant was tested.</p>\n");
        return;
    }
    HtmlWriter html;
    html.markup(manhattan_figure(trait, plotted.axis, contigs, trait.survey.all_inflation().value(),
                                 plotted.detail.cells));
    if (!trait.loci.empty()) {
        html.markup(locus_table(trait, contigs, plotted.detail.rows / std::ssize(plotted.traits)));
    } else {
        html.markup(strongest_table(trait, contigs));
    }
    html.markup(qq.figure);
    html.markup(qq.table);
    page.add_section(trait.id, trait.name, std::move(html).finish());
    page.add_data(trait.id + "-manhattan",
                  manhattan_json(trait, plotted.axis, contigs, run.request.loci.distance));
    page.add_data(trait.id + "-qq", qq.json);
}

// All but the regions.
Page write_shown(ScanRun const& run, PlottedTraits const& plotted) {
    auto page = begin_page(run);
    page.add_section("overview", "Overview",
                     overview_html(run.header(), run.record, run.summary, run.rows) +
                         describe_unplotted(run, plotted));
    auto const heat = heat_parts(run.results, plotted.traits, run.request.loci);
    if (!heat.json.empty()) {
        page.add_section("loci-by-traits", "Loci by traits", heat.body);
        page.add_data("heat", heat.json);
    }
    for (std::size_t t = 0; t < plotted.traits.size(); ++t) add_trait(page, run, plotted, t);
    page.add_section(
        "methods", "Methods",
        methods_html(run.request.loci, {run.linkage.store.has_value(), run.linkage.reason}));
    return page;
}

// As detailed as there is room for.
Page write_to_fit(ScanRun const& run, PlottedTraits& plotted) {
    for (auto const& coarser : std::span{page_details}.subspan(1)) {
        if (least_size(plotted.traits) <= room_of_page) {
            auto page = write_shown(run, plotted);
            if (page.size() <= room_of_page) return page;
        }
        show_with(coarser, plotted);
    }
    return write_shown(run, plotted);
}

void add_region(Page& page, ScanRun& run, ScanSurvey const& survey, ReportedTrait const& trait,
                LocusRow const& locus, std::int64_t most_bytes) {
    auto const rows = rows_near(run.results, survey, locus.lead.place(), run.request.loci.distance);
    LinkageOfVariants linkage;
    if (run.linkage.store) {
        linkage = [&](std::string const& contig, Variant const& lead,
                      std::span<Variant const> others) {
            return run.linkage.r_squared(contig, lead, others);
        };
    }
    page.add_data(locus.region, region_json(locus, read_results(run.results, trait.index, rows),
                                            run.header().contigs, linkage, most_bytes));
}

// In what is left of the page's size, shared equally; by place, as traits share loci, and genotypes
// are read once then.
void add_regions(Page& page, ScanRun& run, PlottedTraits const& plotted) {
    std::vector<std::pair<LocusRow const*, ReportedTrait const*>> regions;
    for (auto const& trait : plotted.traits) {
        for (auto const& locus : trait.loci) {
            if (!locus.region.empty()) regions.emplace_back(&locus, &trait);
        }
    }
    if (regions.empty()) return;
    std::ranges::stable_sort(regions, {},
                             [](auto const& region) { return region.first->lead.place(); });
    auto const room = room_of_regions - page.size() + room_of_page;
    auto const most = std::max<std::int64_t>(0, room / std::ssize(regions));
    for (auto const& [locus, trait] : regions) {
        add_region(page, run, plotted.survey, *trait, *locus, most);
    }
}

std::string page_of(ScanRun run, Log& log) {
    auto& store = run.linkage.store;
    if (store) {
        store->reserve(bytes_of_regions);
    } else {
        log.note("note: " + run.linkage.reason);
    }
    auto plotted = read_plotted_traits(run);
    auto page = write_to_fit(run, plotted);
    if (store) store->reserve(0);
    add_regions(page, run, plotted);
    return std::move(page).finish();
}

}  // namespace

std::string scan_page(ReportRequest const& request, Log& log) {
    try {
        return page_of(open_scan_run(request), log);
    } catch (StoreLost const&) {
        return page_of(open_scan_run(request, unreadable_store()), log);
    }
}

}  // namespace maniple

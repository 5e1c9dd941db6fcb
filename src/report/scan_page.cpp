#include "scan_page.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "find_linkage.hpp"
#include "heat_parts.hpp"
#include "hit_choice.hpp"
#include "locus_parts.hpp"
#include "manhattan.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/report/html.hpp"
#include "maniple/report/page.hpp"
#include "maniple/report/page_table.hpp"
#include "maniple/report/scan_record.hpp"
#include "qq_figure.hpp"
#include "reported_trait.hpp"
#include "run_files.hpp"
#include "scan_overview.hpp"
#include "trait_choice.hpp"

namespace maniple {
namespace {

// A page has 5 MB, and 0.3 MB of them are for script, style and head.
constexpr std::int64_t room_of_page = 4'300'000;   // Without regions.
constexpr std::int64_t room_of_regions = 400'000;  // At the least.
constexpr std::size_t most_plotted = 20;           // Traits.
constexpr std::size_t most_regions = 20;           // Of the page.
constexpr std::int64_t most_hits = 8'000'000;      // In memory, of all traits.
// Genotypes that loci leave to the regions: half of what may be read.
constexpr std::int64_t bytes_of_regions = std::int64_t{32} << 30;

/// The store that run.json names turned out to be damaged.
struct StoreLost {};

/// How much of its traits a page shows; where it grows too large, less.
struct PageDetail {
    ManhattanCells cells;
    std::int64_t hits;  ///< With details, of all traits.
    std::int64_t dots;  ///< Hits without, but each with its own point.
    std::int64_t loci;  ///< Of all traits.
    std::int64_t rows;  ///< Of all their tables.
};
constexpr std::array<PageDetail, 7> details{{{{1}, 50'000, 100'000, 10'000, most_table_rows},
                                             {{2}, 50'000, 100'000, 10'000, most_table_rows},
                                             {{3}, 50'000, 50'000, 5'000, most_table_rows},
                                             {{4}, 30'000, 50'000, 5'000, most_table_rows},
                                             {{6}, 15'000, 50'000, 2'000, 1'000},
                                             {{6}, 8'000, 20'000, 1'000, 1'000},
                                             {{6}, 3'000, 0, 500, 500}}};

/// What the page is about, as the command line and the run have it.
class ScanPage {
public:
    /// \param linkage  nothing: as the request and run.json have it.
    explicit ScanPage(ReportRequest const& request, std::optional<FoundLinkage> linkage = {})
        : request_{request},
          results_{request.run / "results.h5"},
          record_{read_scan_record(request.run / "run.json")},
          summary_{read_scan_summary(request.run / "summary.tsv")},
          linkage_{linkage ? std::move(*linkage) : find_linkage(request, record_)} {
        require_one_run(request.run, header(), record_, summary_);
        rows_ = choose_reported_traits(header().traits, request.traits);
        choose_plotted();
    }

    std::string write() {
        if (!traits_.empty()) read_traits();
        choose_regions();
        auto const* level = details.begin();
        while (!traits_.empty() && std::next(level) != details.end() &&
               least_size(*level) > room_of_page) {
            ++level;
        }
        auto page = write_with(*level);
        while (page.size() > room_of_page && std::next(level) != details.end()) {
            page = write_with(*++level);
        }
        add_regions(page);
        return std::move(page).finish();
    }

private:
    ResultHeader const& header() const { return results_.header(); }

    // Those with the most hits, in their order.
    void choose_plotted() {
        auto chosen = rows_;
        std::ranges::stable_sort(chosen, std::greater{}, [&](std::size_t row) {
            return std::atoll(summary_.cell(row, "hits").c_str());
        });
        chosen.resize(std::min(chosen.size(), most_plotted));
        std::set<std::size_t> const plotted{chosen.begin(), chosen.end()};
        for (auto const row : rows_) {
            if (!plotted.contains(row)) continue;
            ReportedTrait trait;
            trait.name = header().traits[row];
            trait.id = fmt::format("trait-{}", traits_.size() + 1);
            trait.index = TraitIndex{static_cast<std::int64_t>(row)};
            traits_.push_back(std::move(trait));
        }
        if (header().variants == 0) traits_.clear();
    }

    Page begin() const {
        auto const traits = std::ssize(rows_);
        auto const what = traits == 1 ? header().traits[rows_.front()] : plural(traits, "trait");
        return {PageKind::scan, fmt::format("Scan of {}", what),
                fmt::format("{} in the scan; {}.", plural(header().variants, "variant"),
                            describe_tested(what))};
    }

    // "300 tested for association with height"; of many traits, from the fewest to the most.
    std::string describe_tested(std::string const& what) const {
        std::vector<std::int64_t> tested;
        for (auto const row : rows_) {
            tested.push_back(std::atoll(summary_.cell(row, "tested").c_str()));
        }
        auto const [least, most] = std::ranges::minmax(tested);
        auto const count = least == most
                               ? grouped(most)
                               : fmt::format("from {} to {}", grouped(least), grouped(most));
        return fmt::format("{} tested for association with {}{}", count,
                           tested.size() == 1 ? "" : "each of ", what);
    }

    Page write_with(PageDetail const& detail) {
        auto page = begin();
        keep_strongest_loci(traits_, detail.loci);
        page.add_section("overview", "Overview",
                         overview_html(header(), record_, summary_, rows_) + not_plotted());
        if (auto heat = heat_parts(results_, traits_, request_.loci); !heat.json.empty()) {
            page.add_section("loci-by-traits", "Loci by traits", heat.body);
            page.add_data("heat", heat.json);
        }
        choose_points(detail);
        for (std::size_t t = 0; t < traits_.size(); ++t) {
            add_trait(page, traits_[t], qq_[t], detail);
        }
        page.add_section(
            "methods", "Methods",
            methods_html(request_.loci, {linkage_.store.has_value(), linkage_.reason}));
        return page;
    }

    std::vector<TraitIndex> indices() const {
        std::vector<TraitIndex> all;
        for (auto const& trait : traits_) all.push_back(trait.index);
        return all;
    }

    void read_traits() {
        survey_ = survey_scan(results_, indices());
        axis_.emplace(header().contigs, survey_.contig_lengths);
        for (std::size_t t = 0; t < traits_.size(); ++t) {
            traits_[t].survey = survey_.traits[t];
            auto const& survey = survey_.traits[t];
            require_same_counts(request_.run, summary_, traits_[t].index.at(),
                                {.tested = survey.all_ranks().count(),
                                 .hits = survey.hits,
                                 .lambda_gc = survey.all_inflation().value()});
        }
        auto points = collect_points(results_, indices(), survey_, *axis_,
                                     details.front().cells.grid(), most_hits);
        if (linkage_.store) linkage_.store->reserve(bytes_of_regions);
        for (std::size_t t = 0; t < traits_.size(); ++t) {
            traits_[t].points = std::move(points[t]);
            find_loci_of(traits_[t]);
            qq_.push_back(qq_parts(traits_[t]));
        }
        keep_strongest_loci(traits_, details.front().loci);
        auto const told = strongest_hits(traits_, details.front().hits);
        for (std::size_t t = 0; t < traits_.size(); ++t) {
            read_leads(traits_[t]);
            traits_[t].hits =
                read_results(results_, traits_[t].index, told_rows(traits_[t], told[t]));
        }
    }

    // Bytes that a page has at the least: what need not be written out to be seen too large.
    std::int64_t least_size(PageDetail const& detail) {
        constexpr std::int64_t point_bytes = 6;
        constexpr std::int64_t hit_bytes = 20;
        choose_points(detail);
        std::int64_t size = 0;
        for (auto const& trait : traits_) {
            size += point_bytes * std::ssize(trait.background);
            size += point_bytes * std::ssize(trait.other_hits);
            size += hit_bytes * std::ssize(trait.hits);
        }
        return size;
    }

    void choose_points(PageDetail const& detail) {
        auto const told = strongest_hits(traits_, detail.hits);
        auto const drawn = strongest_hits(traits_, detail.hits + detail.dots);
        for (std::size_t t = 0; t < traits_.size(); ++t) {
            auto& trait = traits_[t];
            auto grid = detail.cells.grid();
            trait.background = thinned(trait.points.background, *axis_, grid);
            grid.most_y = top_of_plot(trait.survey);
            share_hits(trait, told_rows(trait, told[t]), drawn[t], *axis_, grid);
        }
    }

    // As many of them as any page has.
    void find_loci_of(ReportedTrait& trait) {
        auto const loci = find_loci(trait.points.hits, request_.loci, linkage_to_lead());
        trait.all_loci = std::ssize(loci);
        for (auto const& locus : loci) {
            if (std::ssize(trait.loci) == details.front().loci) break;
            trait.loci.push_back({locus, {.variant = {}}});
        }
    }

    void read_leads(ReportedTrait& trait) const {
        std::vector<std::int64_t> rows;
        for (auto const& row : trait.loci) rows.push_back(row.locus.lead.row);
        std::ranges::sort(rows);
        auto const leads = read_results(results_, trait.index, rows);
        for (auto& row : trait.loci) {
            auto const at = std::ranges::lower_bound(rows, row.locus.lead.row) - rows.begin();
            row.lead = leads[static_cast<std::size_t>(at)];
        }
    }

    // Of a store that nobody asked for, a page can do without.
    std::vector<double> r_squared(std::string const& contig, Variant const& lead,
                                  std::span<Variant const> others) {
        try {
            return linkage_.store->r_squared(contig, lead, others);
        } catch (Error const&) {
            if (!request_.store.empty()) throw;
            throw StoreLost{};
        }
    }

    LinkageToLead linkage_to_lead() {
        if (!linkage_.store || request_.loci.clump_r_squared == 0) return {};
        return [this](Hit const& lead, std::span<Hit const> others) {
            auto const& contig = header().contigs[static_cast<std::size_t>(lead.place.contig)];
            std::vector<Variant> names;
            for (auto const& other : others) names.push_back(names_.at(results_, other.row));
            return r_squared(contig, names_.at(results_, lead.row), names);
        };
    }

    // The strongest loci of the page.
    void choose_regions() {
        std::vector<LocusRow*> all;
        for (auto& trait : traits_) {
            for (auto& locus : trait.loci) all.push_back(&locus);
        }
        std::ranges::stable_sort(all, std::greater{},
                                 [](LocusRow const* row) { return row->lead.neg_log10_p; });
        all.resize(std::min(all.size(), most_regions));
        for (std::size_t i = 0; i < all.size(); ++i)
            all[i]->region = fmt::format("region-{}", i + 1);
    }

    void add_trait(Page& page, ReportedTrait const& trait, QqParts const& qq,
                   PageDetail const& detail) const {
        if (qq.json.empty()) {
            page.add_section(trait.id, trait.name, "<p>No variant was tested.</p>\n");
            return;
        }
        HtmlWriter html;
        html.markup(manhattan_figure(trait, *axis_, header().contigs,
                                     trait.survey.all_inflation().value(), detail.cells));
        if (!trait.loci.empty())
            html.markup(locus_table(trait, header().contigs, detail.rows / std::ssize(traits_)));
        html.markup(qq.figure);
        html.markup(qq.table);
        page.add_section(trait.id, trait.name, std::move(html).finish());
        page.add_data(trait.id + "-manhattan", manhattan_json(trait, *axis_, header().contigs));
        page.add_data(trait.id + "-qq", qq.json);
    }

    // In what is left of the page's size, shared equally; by place, as traits share loci, and
    // genotypes are read once then.
    void add_regions(Page& page) {
        std::vector<std::pair<LocusRow const*, ReportedTrait const*>> regions;
        for (auto const& trait : traits_) {
            for (auto const& locus : trait.loci) {
                if (!locus.region.empty()) regions.emplace_back(&locus, &trait);
            }
        }
        if (regions.empty()) return;
        std::ranges::stable_sort(regions, {},
                                 [](auto const& region) { return region.first->lead.place(); });
        if (linkage_.store) linkage_.store->reserve(0);
        auto const room = room_of_regions - page.size() + room_of_page;
        auto const most = std::max<std::int64_t>(0, room / std::ssize(regions));
        for (auto const& [locus, trait] : regions) add_region(page, *trait, *locus, most);
    }

    void add_region(Page& page, ReportedTrait const& trait, LocusRow const& locus,
                    std::int64_t most_bytes) {
        auto const rows = rows_near(results_, survey_, locus.lead.place(), request_.loci.distance);
        LinkageOfVariants linkage;
        if (linkage_.store) {
            linkage = [&](std::string const& contig, Variant const& lead,
                          std::span<Variant const> others) {
                return r_squared(contig, lead, others);
            };
        }
        page.add_data(locus.region, region_json(locus, read_results(results_, trait.index, rows),
                                                header().contigs, linkage, most_bytes));
    }

    std::string not_plotted() const {
        if (traits_.size() == rows_.size() || header().variants == 0) return {};
        HtmlWriter html;
        html.element("p", fmt::format("Plots follow for the {} traits with the most hits; `maniple "
                                      "report --trait` chooses others.",
                                      traits_.size()));
        return std::move(html).finish();
    }

    ReportRequest const& request_;
    ResultReader results_;
    ScanRecord record_;
    ScanSummary summary_;
    FoundLinkage linkage_;
    NameCache names_;
    std::vector<std::size_t> rows_;      // Of summary.tsv: those that are shown.
    std::vector<ReportedTrait> traits_;  // Those with plots.
    std::vector<QqParts> qq_;            // Of these.
    ScanSurvey survey_;
    std::optional<GenomeAxis> axis_;
};

}  // namespace

std::string scan_page(ReportRequest const& request) {
    try {
        return ScanPage{request}.write();
    } catch (StoreLost const&) {
        return ScanPage{request, unreadable_store()}.write();
    }
}

}  // namespace maniple

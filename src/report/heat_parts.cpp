#include "heat_parts.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "maniple/core/readable.hpp"
#include "maniple/report/page_data.hpp"
#include "maniple/report/page_table.hpp"
#include "maniple/report/plot_figure.hpp"
#include "maniple/report/svg_plot.hpp"
#include "number_words.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_rows = 50;
constexpr double least_z = 2;     // That is drawn.
constexpr double largest_z = 15;  // Of a bar at full length.

// Leads of all traits as hits of one: those near a stronger one are in its row.
std::vector<std::int64_t> choose_rows(std::vector<ReportedTrait> const& traits,
                                      LocusRule const& rule) {
    std::vector<Hit> leads;
    for (auto const& trait : traits) {
        for (auto const& locus : trait.loci) leads.push_back(locus.locus.lead);
    }
    std::vector<std::int64_t> rows;
    for (auto const& locus : find_loci(std::move(leads), {.distance = rule.distance})) {
        if (rows.size() < most_rows) rows.push_back(locus.lead.row);
    }
    return rows;
}

/// Loci x traits.
struct HeatValues {
    std::vector<std::string> labels;
    std::vector<std::vector<VariantResult>> results;  // By trait; in the order of labels.
};

HeatValues read_values(ResultReader const& results, std::vector<ReportedTrait> const& traits,
                       std::vector<std::int64_t> rows) {
    std::ranges::sort(rows);
    HeatValues values;
    for (auto const& trait : traits) {
        values.results.push_back(read_results(results, trait.index, rows));
    }
    for (auto const& variant : values.results.front()) {
        values.labels.push_back(
            fmt::format("{} ({})", variant.name(results.header().contigs),
                        results.header().contigs[static_cast<std::size_t>(variant.contig)]));
    }
    return values;
}

std::string draw(HeatValues const& values, std::vector<std::string> const& names) {
    auto const rows = static_cast<double>(values.labels.size());
    PlotFrame const frame{.width = 1200, .height = 60 + 20 * rows, .left = 330, .right = 20};
    SvgPlot plot{frame, category_axis("Trait", names),
                 category_axis("", {values.labels.rbegin(), values.labels.rend()})};
    for (std::size_t t = 0; t < names.size(); ++t) {
        for (std::size_t r = 0; r < values.labels.size(); ++r) {
            auto const& one = values.results[t][r];
            if (std::isnan(one.z()) || std::abs(one.z()) < least_z) continue;
            auto const x = static_cast<double>(t);
            auto const y = rows - 1 - static_cast<double>(r);  // The first on top.
            auto const end = x + std::clamp(one.z() / largest_z, -1.0, 1.0) * 0.48;
            plot.add_box(std::min(x, end), std::max(x, end), y - 0.4, y + 0.4,
                         one.z() > 0 ? PlotColour::positive : PlotColour::negative);
        }
    }
    return std::move(plot).finish("heat-title", "Effects of lead variants on each trait");
}

std::string table_of(HeatValues const& values, std::vector<std::string> const& names) {
    PageTable table{.caption = "z of lead variants by trait",
                    .file = "loci-by-traits.tsv",
                    .columns = {{"Lead variant", ColumnKind::text}},
                    .rows = {}};
    for (auto const& name : names) table.columns.push_back({name, ColumnKind::number});
    for (std::size_t r = 0; r < values.labels.size(); ++r) {
        PageRow row{.cells = {values.labels[r]}};
        for (auto const& trait : values.results) {
            auto const& one = trait[r];
            auto const mark = one.neg_log10_p >= static_cast<double>(hit_neg_log10_p) ? " *" : "";
            row.cells.push_back(std::isnan(one.z())
                                    ? PageCell{""}
                                    : PageCell{fmt::format("{:.1f}{}", one.z(), mark),
                                               fmt::format("{:.4f}", one.z())});
        }
        table.rows.push_back(std::move(row));
    }
    return to_html(table);
}

Json json_of(HeatValues const& values, std::vector<std::string> const& names) {
    Json json{{"rows", values.labels},
              {"columns", names},
              {"threshold", with_significant_digits(static_cast<double>(hit_neg_log10_p), 6)},
              {"z", Json::array()},
              {"y", Json::array()}};
    for (std::size_t r = 0; r < values.labels.size(); ++r) {
        auto z = Json::array();
        auto y = Json::array();
        for (auto const& trait : values.results) {
            z.push_back(with_significant_digits(trait[r].z(), 4));
            y.push_back(with_significant_digits(trait[r].neg_log10_p, 4));
        }
        json["z"].push_back(z);
        json["y"].push_back(y);
    }
    return json;
}

}  // namespace

HeatParts heat_parts(ResultReader const& results, std::vector<ReportedTrait> const& traits,
                     LocusRule const& rule) {
    if (traits.size() < 2) return {};
    auto const rows = choose_rows(traits, rule);
    if (rows.empty()) return {};
    auto const values = read_values(results, traits, rows);
    std::vector<std::string> names;
    for (auto const& trait : traits) names.push_back(trait.name);
    auto const figure = to_html(PlotFigure{
        .kind = "heat",
        .source = "heat",
        .title = "Effects of lead variants on each trait",
        .svg = draw(values, names),
        .caption = fmt::format(
            "{} of {}: z = effect / standard error of the lead variant for each trait. In print "
            "and without script it is a bar, to the right above 0 and to the left below, from "
            "|z| = {:g} on, longest from {:g} on. In the table, * marks p ≤ 5e-8.",
            rows.size() == 1 ? std::string{"1 locus"} : fmt::format("{} loci", rows.size()),
            plural(std::ssize(traits), "trait"), least_z, largest_z)});
    return {.body = figure + table_of(values, names), .json = to_page_json(json_of(values, names))};
}

}  // namespace maniple

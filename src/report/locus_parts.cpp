#include "locus_parts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "maniple/core/readable.hpp"
#include "maniple/report/html.hpp"
#include "maniple/report/page_data.hpp"
#include "maniple/report/page_table.hpp"
#include "number_words.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

std::string place_value(GenomePlace const& place, std::vector<std::string> const& contigs) {
    return fmt::format("{}:{}", contigs[static_cast<std::size_t>(place.contig)], place.position);
}

PageCell place_cell(GenomePlace const& place, std::vector<std::string> const& contigs) {
    return {fmt::format("{}:{}", contigs[static_cast<std::size_t>(place.contig)],
                        grouped(place.position)),
            place_value(place, contigs)};
}

std::vector<PageColumn> variant_columns(char const* variant) {
    return {{variant, ColumnKind::text},
            {"Place", ColumnKind::position},
            {"Other/effect allele", ColumnKind::text},
            {"Effect allele frequency", ColumnKind::number},
            {"Effect", ColumnKind::number},
            {"Standard error", ColumnKind::number},
            {"p", ColumnKind::number}};
}

std::vector<PageCell> variant_cells(VariantResult const& one,
                                    std::vector<std::string> const& contigs) {
    return {one.name(contigs),      place_cell(one.place(), contigs),
            one.alleles(),          number_cell(one.frequency, 3),
            number_cell(one.beta),  number_cell(one.standard_error, 3),
            p_cell(one.neg_log10_p)};
}

PageRow row_of(LocusRow const& row, std::vector<std::string> const& contigs) {
    auto const& [locus, lead, region] = row;
    PageRow whole{.cells = variant_cells(lead, contigs), .region = region};
    whole.cells.push_back(count_cell(locus.hits));
    whole.cells.push_back({fmt::format("{} to {}", grouped(locus.first), grouped(locus.last)),
                           place_value({lead.contig, locus.first}, contigs)});
    whole.cells.push_back(locus.basis == LocusBasis::linkage ? "r²" : "distance");
    return whole;
}

// r^2 with an allele of few copies tells the other genotypes of those who have it.
void hide_few(std::vector<double>& r_squared, std::vector<VariantResult> const& variants,
              VariantResult const& lead) {
    constexpr auto unknown = std::numeric_limits<double>::quiet_NaN();
    bool const is_hidden = std::isnan(lead.frequency);
    for (std::size_t i = 0; i < r_squared.size(); ++i) {
        if (is_hidden || std::isnan(variants[i].frequency)) r_squared[i] = unknown;
    }
}

/// The tested variants around a lead, and their r^2 to it; none where that is unknown.
struct Region {
    std::vector<VariantResult> variants;
    std::vector<double> r_squared;
};

// The lead, and the strongest of the others up to so many, in the order of variants.
std::vector<std::size_t> strongest_of(Region const& region, std::int64_t lead, std::int64_t most) {
    std::vector<std::size_t> chosen(region.variants.size());
    std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    if (std::ssize(chosen) <= most) return chosen;
    std::ranges::nth_element(chosen, chosen.begin() + most, {}, [&](std::size_t i) {
        auto const& variant = region.variants[i];
        return std::tuple{variant.row != lead, -variant.neg_log10_p, variant.row};
    });
    chosen.resize(static_cast<std::size_t>(most));
    std::ranges::sort(chosen);
    return chosen;
}

std::string to_json(LocusRow const& locus, Region const& region,
                    std::vector<std::size_t> const& chosen,
                    std::vector<std::string> const& contigs) {
    auto const lead = std::ranges::find(chosen, locus.lead.row,
                                        [&](std::size_t i) { return region.variants[i].row; });
    Json json{{"lead", locus.lead.name(contigs)},
              {"lead_index", lead - chosen.begin()},
              {"tested", region.variants.size()},  // More than are chosen where there is no room.
              {"contig", contigs[static_cast<std::size_t>(locus.lead.contig)]},
              {"threshold", with_significant_digits(static_cast<double>(hit_neg_log10_p), 6)},
              {"positions", Json::array()},
              {"y", Json::array()},
              {"r_squared", Json::array()},
              {"id", Json::array()},
              {"alleles", Json::array()},
              {"beta", Json::array()},
              {"standard_error", Json::array()},
              {"frequency", Json::array()}};
    for (auto const i : chosen) {
        auto const& variant = region.variants[i];
        json["positions"].push_back(variant.variant.position);
        json["y"].push_back(with_significant_digits(variant.neg_log10_p, 5));
        json["r_squared"].push_back(
            region.r_squared.empty() ? Json{} : Json(std::round(region.r_squared[i] * 1e3) / 1e3));
        json["id"].push_back(variant.name(contigs));
        json["alleles"].push_back(variant.alleles());
        json["beta"].push_back(with_significant_digits(variant.beta, 4));
        json["standard_error"].push_back(with_significant_digits(variant.standard_error, 3));
        json["frequency"].push_back(with_significant_digits(variant.frequency, 3));
    }
    return to_page_json(json);
}

// Regions alone have no picture.
std::string unscripted_words(PageTable const& table) {
    auto const has_region = [](PageRow const& row) { return !row.region.empty(); };
    if (std::ranges::none_of(table.rows, has_region)) return {};
    HtmlWriter html;
    html.element("p",
                 "Regional views of the strongest loci are drawn by the page's script alone: they "
                 "are not in print, nor where scripts are off.",
                 {{"class", "unscripted"}});
    return std::move(html).finish();
}

}  // namespace

std::string locus_table(ReportedTrait const& trait, std::vector<std::string> const& contigs,
                        std::int64_t most_rows) {
    PageTable table{.caption = fmt::format("Loci of {}", trait.name),
                    .file = trait.id + "-loci.tsv",
                    .columns = variant_columns("Lead variant"),
                    .rows = {},
                    .all_rows = trait.all_loci,
                    .others =
                        "results.h5 in the folder of the run has every variant, and "
                        "`maniple export` writes them"};
    table.columns.push_back({"Hits", ColumnKind::number});
    table.columns.push_back({"Hits from, to", ColumnKind::position});
    table.columns.push_back({"Joined by", ColumnKind::text});
    auto const shown = std::min<std::int64_t>(std::ssize(trait.loci), most_rows);
    for (std::int64_t i = 0; i < shown; ++i) {
        table.rows.push_back(row_of(trait.loci[static_cast<std::size_t>(i)], contigs));
    }
    return to_html(table) + unscripted_words(table);
}

std::string strongest_table(ReportedTrait const& trait, std::vector<std::string> const& contigs) {
    PageTable table{
        .caption = fmt::format("Strongest variants of {}, none with p ≤ 5e-8", trait.name),
        .file = trait.id + "-strongest.tsv",
        .columns = variant_columns("Variant"),
        .rows = {}};
    for (auto const& one : trait.strongest) {
        table.rows.push_back({.cells = variant_cells(one, contigs)});
    }
    return to_html(table);
}

void keep_strongest_loci(std::span<ReportedTrait> traits, std::int64_t most) {
    std::vector<std::pair<float, std::size_t>> order;  // Each trait's loci are in theirs.
    for (std::size_t t = 0; t < traits.size(); ++t) {
        for (auto const& row : traits[t].loci) order.emplace_back(-row.locus.lead.neg_log10_p, t);
    }
    std::ranges::sort(order);
    order.resize(std::min(order.size(), static_cast<std::size_t>(most)));
    for (std::size_t t = 0; t < traits.size(); ++t) {
        auto const kept = std::ranges::count(order, t, &std::pair<float, std::size_t>::second);
        traits[t].loci.resize(static_cast<std::size_t>(kept));
    }
}

std::string region_json(LocusRow const& locus, std::vector<VariantResult> variants,
                        std::vector<std::string> const& contigs, LinkageOfVariants const& linkage,
                        std::int64_t most_bytes) {
    constexpr std::int64_t variant_bytes = 40;  // With short IDs.
    std::erase_if(variants,
                  [](VariantResult const& variant) { return std::isnan(variant.neg_log10_p); });
    Region region{.variants = std::move(variants), .r_squared = {}};
    auto most = std::max<std::int64_t>(1, most_bytes / variant_bytes);
    if (linkage) {
        std::vector<Variant> names;
        for (auto const& variant : region.variants) names.push_back(variant.variant);
        region.r_squared = linkage(contigs[static_cast<std::size_t>(locus.lead.contig)],
                                   locus.lead.variant, names);
        hide_few(region.r_squared, region.variants, locus.lead);
    }
    while (true) {
        auto const chosen = strongest_of(region, locus.lead.row, most);
        auto json = to_json(locus, region, chosen, contigs);
        if (most == 1 || std::ssize(embed_data(locus.region, json)) <= most_bytes) return json;
        most = std::max<std::int64_t>(1, std::min(most, std::ssize(chosen)) * 3 / 4);
    }
}

}  // namespace maniple

#include "locus_parts.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "maniple/core/readable.hpp"
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

PageRow row_of(LocusRow const& row, std::vector<std::string> const& contigs) {
    auto const& [locus, lead, region] = row;
    return {.cells = {lead.name(contigs), place_cell(lead.place(), contigs), lead.alleles(),
                      number_cell(lead.frequency, 3), number_cell(lead.beta),
                      number_cell(lead.standard_error, 3), p_cell(lead.neg_log10_p),
                      count_cell(locus.hits),
                      PageCell{fmt::format("{} to {}", grouped(locus.first), grouped(locus.last)),
                               place_value({lead.contig, locus.first}, contigs)},
                      locus.basis == LocusBasis::linkage ? "r²" : "distance"},
            .region = region};
}

// The strongest, in the order in which they were.
void keep_strongest(std::vector<VariantResult>& variants, std::int64_t most) {
    if (std::ssize(variants) <= most) return;
    std::vector<double> sorted;
    for (auto const& variant : variants) sorted.push_back(variant.neg_log10_p);
    std::ranges::nth_element(sorted, sorted.begin() + most, std::greater{});
    auto const limit = sorted[static_cast<std::size_t>(most)];
    std::erase_if(variants,
                  [&](VariantResult const& variant) { return variant.neg_log10_p <= limit; });
}

}  // namespace

std::string locus_table(ReportedTrait const& trait, std::vector<std::string> const& contigs,
                        std::int64_t most_rows) {
    PageTable table{.caption = fmt::format("Loci of {}", trait.name),
                    .file = trait.id + "-loci.tsv",
                    .columns = {{"Lead variant", ColumnKind::text},
                                {"Place", ColumnKind::position},
                                {"Other/effect allele", ColumnKind::text},
                                {"Effect allele frequency", ColumnKind::number},
                                {"Effect", ColumnKind::number},
                                {"Standard error", ColumnKind::number},
                                {"p", ColumnKind::number},
                                {"Hits", ColumnKind::number},
                                {"Hits from, to", ColumnKind::position},
                                {"Joined by", ColumnKind::text}},
                    .rows = {},
                    .all_rows = std::ssize(trait.loci),
                    .others = "`maniple export` writes every variant"};
    auto const shown = std::min<std::int64_t>(std::ssize(trait.loci), most_rows);
    for (std::int64_t i = 0; i < shown; ++i) {
        table.rows.push_back(row_of(trait.loci[static_cast<std::size_t>(i)], contigs));
    }
    return to_html(table);
}

std::string region_json(LocusRow const& locus, std::vector<VariantResult> variants,
                        std::vector<std::string> const& contigs, LinkageOfVariants const& linkage,
                        std::int64_t most_variants) {
    std::erase_if(variants,
                  [](VariantResult const& variant) { return std::isnan(variant.neg_log10_p); });
    keep_strongest(variants, most_variants);
    auto const& contig = contigs[static_cast<std::size_t>(locus.lead.contig)];
    std::vector<double> r_squared;
    if (linkage) {
        std::vector<Variant> names;
        for (auto const& variant : variants) names.push_back(variant.variant);
        r_squared = linkage(contig, locus.lead.variant, names);
    }
    Json json{{"lead", locus.lead.name(contigs)},
              {"contig", contig},
              {"threshold", 7.30103},
              {"positions", Json::array()},
              {"y", Json::array()},
              {"r_squared", Json::array()},
              {"id", Json::array()},
              {"alleles", Json::array()},
              {"beta", Json::array()},
              {"standard_error", Json::array()},
              {"frequency", Json::array()}};
    for (std::size_t i = 0; i < variants.size(); ++i) {
        auto const& variant = variants[i];
        json["positions"].push_back(variant.variant.position);
        json["y"].push_back(with_significant_digits(variant.neg_log10_p, 5));
        json["r_squared"].push_back(r_squared.empty() ? Json{}
                                                      : Json(std::round(r_squared[i] * 1e3) / 1e3));
        json["id"].push_back(variant.name(contigs));
        json["alleles"].push_back(variant.alleles());
        json["beta"].push_back(with_significant_digits(variant.beta, 4));
        json["standard_error"].push_back(with_significant_digits(variant.standard_error, 3));
        json["frequency"].push_back(with_significant_digits(variant.frequency, 3));
    }
    return to_page_json(json);
}

}  // namespace maniple

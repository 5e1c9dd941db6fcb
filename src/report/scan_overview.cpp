#include "scan_overview.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/readable.hpp"
#include "maniple/core/small_count.hpp"
#include "maniple/report/html.hpp"
#include "maniple/report/page_table.hpp"
#include "scan_words.hpp"

namespace maniple {
namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

// Counts get marks between thousands; "<5" and texts stay.
PageCell told_cell(std::string const& text) {
    std::int64_t number = 0;
    auto const* const last = text.data() + text.size();
    auto const [end, error] = std::from_chars(text.data(), last, number);
    if (error == std::errc{} && end == last) return {grouped(number), text};
    return {text, text == "<5" ? "4" : text};
}

std::vector<std::string> split_list(std::string const& list) {
    std::vector<std::string> words;
    std::istringstream in{list};
    for (std::string word; std::getline(in, word, ',');) words.push_back(word);
    return words;
}

/// A number of samples in run.json: nothing where it does not know, null where it does not tell.
using NotedCount = std::optional<nlohmann::ordered_json>;

NotedCount noted_samples(nlohmann::ordered_json const& json) {
    auto const found = json.find("samples");
    if (found == json.end() || !(found->is_number_integer() || found->is_null())) return {};
    return *found;
}

std::string describe(NotedCount const& count) {
    if (!count) return {};
    return count->is_null() ? "<5" : told_cell(describe_count(count->get<std::int64_t>())).text;
}

// The store's size beside the analysis would tell how few are left out.
void add_store_samples(ScanRecord const& record, Facts& facts) {
    constexpr char const* left_out = "Left out: not chosen, or without a covariate";
    auto const of_store = noted_samples(record.inputs);
    auto const analysed = noted_samples(record.plan);
    if (!of_store || !analysed) return;
    if (of_store->is_null()) {
        facts.emplace_back(left_out, describe(of_store));
        return;
    }
    if (analysed->is_null()) {
        facts.emplace_back("Samples in the store", describe(of_store));
        return;
    }
    auto const others = of_store->get<std::int64_t>() - analysed->get<std::int64_t>();
    if (!is_small(others, fewest_told)) {
        facts.emplace_back("Samples in the store", describe(of_store));
    }
    facts.emplace_back(left_out, told_cell(describe_count(others)).text);
}

std::string facts_html(ResultHeader const& header, ScanRecord const& record) {
    Facts facts{{"Samples in the analysis", describe(noted_samples(record.plan))},
                {"Variants", fmt::format("{} on {}", grouped(header.variants),
                                         plural(std::ssize(header.contigs), "contig"))},
                {"Traits", grouped(std::ssize(header.traits))},
                {"Model", header.model},
                {"Covariates", fmt::format("{}", fmt::join(split_list(header.covariates), ", "))},
                {"Missing genotypes", header.missing_genotype == "drop"
                                          ? "samples without a genotype are left out of the "
                                            "variant's regression"
                                          : "count as the mean of the trait's samples"}};
    Facts all;
    add_store_samples(record, all);
    all.insert(all.end(), facts.begin(), facts.end());
    return to_html("What was scanned", all);
}

bool is_reason_of_nobody(ScanSummary const& summary, std::string_view column) {
    if (column != "left_out_by_covariate" && column != "unpredicted") return false;
    for (std::size_t row = 0; row < summary.rows.size(); ++row) {
        auto const count = summary.cell(row, column);
        if (!count.empty() && count != "0") return false;
    }
    return true;
}

std::string traits_html(ScanSummary const& summary, std::vector<std::size_t> const& rows) {
    constexpr std::pair<char const*, char const*> shown[] = {
        {"trait", "Trait"},
        {"type", "Type"},
        {"samples", "Samples"},
        {"cases", "Cases"},
        {"controls", "Controls"},
        {"left_out_by_covariate", "Left out: a level of a covariate tells their status"},
        {"unpredicted", "Left out: without a prediction"},
        {"tested", "Variants tested"},
        {"lambda_gc", "Lambda GC"},
        {"hits", "Variants with p ≤ 5e-8"},
        {"whole_genome_r_squared", "R² of the whole genome"}};
    PageTable table{.caption = "Traits",
                    .file = "traits.tsv",
                    .columns = {},
                    .rows = {},
                    .all_rows = std::ssize(rows),
                    .others = "summary.tsv in the folder of the run has all"};
    std::vector<std::string_view> names;
    for (auto const& [name, title] : shown) {
        if (!summary.find(name) || is_reason_of_nobody(summary, name)) continue;
        names.emplace_back(name);
        table.columns.push_back({title, names.size() < 3 ? ColumnKind::text : ColumnKind::number});
    }
    for (auto const row : rows) {
        if (std::ssize(table.rows) == most_table_rows) break;
        PageRow cells{.cells = {}};
        for (auto const name : names) {
            // A trait may be called NA.
            auto const text =
                name == "trait" ? summary.rows[row][*summary.find(name)] : summary.cell(row, name);
            cells.cells.push_back(text.empty() || cells.cells.size() < 2 ? PageCell{text}
                                                                         : told_cell(text));
        }
        table.rows.push_back(std::move(cells));
    }
    return to_html(table);
}

// Statuses follow `hits` in summary.tsv.
std::string exclusions_html(ScanSummary const& summary, std::vector<std::size_t> const& rows) {
    auto const hits = summary.find("hits");
    std::vector<std::size_t> used;
    for (auto c = hits ? *hits + 1 : summary.columns.size(); c < summary.columns.size(); ++c) {
        if (std::ranges::any_of(rows, [&](auto row) { return summary.rows[row][c] != "0"; })) {
            used.push_back(c);
        }
    }
    if (used.empty()) return "<p>Every variant has a result for every trait.</p>\n";
    PageTable table{.caption = "Variants without a result, by reason",
                    .file = "exclusions.tsv",
                    .columns = {{"Trait", ColumnKind::text}},
                    .rows = {},
                    .all_rows = std::ssize(rows),
                    .others = "summary.tsv in the folder of the run has all"};
    for (auto const c : used) {
        auto title = summary.columns[c];
        std::ranges::replace(title, '_', ' ');
        table.columns.push_back({title, ColumnKind::number});
    }
    for (auto const row : rows) {
        if (std::ssize(table.rows) == most_table_rows) break;
        PageRow cells{.cells = {summary.rows[row][*summary.find("trait")]}};
        for (auto const c : used) cells.cells.push_back(told_cell(summary.rows[row][c]));
        table.rows.push_back(std::move(cells));
    }
    return to_html(table);
}

std::string plan_html(ScanRecord const& record) {
    Facts facts{{"Command", scan_command(record.plan)}};
    auto const words = plan_in_words(record.plan);
    facts.insert(facts.end(), words.begin(), words.end());
    // Not where the store was: that is nobody's business but the owner's.
    auto const& inputs = record.inputs;
    if (inputs.contains("fingerprint") && inputs["fingerprint"].is_string()) {
        facts.emplace_back("Fingerprint of the samples", inputs["fingerprint"].get<std::string>());
    }
    std::vector<std::string> versions{fmt::format("maniple {}", record.version)};
    for (auto const& [name, version] : record.libraries) {
        if (name == "MPI") continue;  // None in a run without a launcher, which has the same page.
        versions.push_back(fmt::format("{} {}", name, version));
    }
    facts.emplace_back("Versions", fmt::format("{}", fmt::join(versions, ", ")));
    return to_html("Plan", facts);
}

}  // namespace

std::string overview_html(ResultHeader const& header, ScanRecord const& record,
                          ScanSummary const& summary, std::vector<std::size_t> const& rows) {
    return facts_html(header, record) + traits_html(summary, rows) +
           exclusions_html(summary, rows) + plan_html(record);
}

std::string methods_html(LocusRule const& rule, LinkageSource const& linkage) {
    HtmlWriter html;
    html.element("p",
                 "Manhattan plots: of variants that are no hits and fall on the same spot of the "
                 "plot, the one with the smallest p is kept. A hit is a variant with p ≤ 5e-8.");
    html.element("p",
                 "Lambda GC: the median chi-squared statistic that belongs to the p-values, by the "
                 "median of its distribution (Devlin and Roeder 1999). QQ plots: of the i-th "
                 "smallest of n p-values (i - 0.5) / n is expected; the band is between the "
                 "quantiles 0.025 and 0.975 of the beta distribution with i and n - i + 1.");
    html.element("p", fmt::format("Loci: the hit with the smallest p leads the first locus; other "
                                  "hits within {} base pairs of it belong to it{}. Then likewise "
                                  "among the hits that are left.",
                                  grouped(rule.distance),
                                  linkage.is_there && rule.clump_r_squared > 0
                                      ? fmt::format(" if their r² with it is {:g} or more, or "
                                                    "unknown",
                                                    rule.clump_r_squared)
                                      : std::string{}));
    if (linkage.is_there) {
        html.element("p",
                     "r²: squared correlation of allele counts among all samples of the store that "
                     "have both genotypes (pairwise complete), relatives and all ancestries "
                     "included.");
    } else {
        html.element("p", linkage.reason);
    }
    html.element("p",
                 "Effects are per effect allele: in units of a quantitative trait, log odds of a "
                 "binary one, log hazard of a time to an event. Frequencies are those of the "
                 "effect allele among the trait's samples. Where 1 to 4 copies of an allele may be "
                 "there (missing genotypes, where they count as the mean, may be half), p alone "
                 "is told, and no effect, frequency or r².");
    return std::move(html).finish();
}

}  // namespace maniple

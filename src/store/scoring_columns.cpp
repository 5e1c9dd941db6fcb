#include "scoring_columns.hpp"

#include <algorithm>
#include <initializer_list>
#include <span>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "maniple/core/error.hpp"
#include "maniple/core/suggestion.hpp"
#include "scoring_values.hpp"

namespace maniple {
namespace {

using Names = std::initializer_list<std::string_view>;

Names const catalog_names{
    "rsid", "chr_name", "chr_position", "effect_allele", "other_allele", "reference_allele",
    "effect_weight", "allelefrequency_effect", "hm_rsid", "hm_chr", "hm_pos", "hm_inferotherallele",
    "is_haplotype", "is_diplotype", "is_interaction", "is_dominant", "is_recessive", "or", "hr",
    "dosage_0_weight", "dosage_1_weight", "dosage_2_weight",
    // Known, and without a meaning for a score.
    "locus_name", "imputation_method", "variant_description", "inclusion_criteria", "hm_source",
    "hm_match_chr", "hm_match_pos", "variant_type", "flank_5", "flank_3"};

// Columns that other programs put beside weights: a sum of p-values is no score.
Names const no_weights{"p",     "pval",   "pvalue",   "p_value",        "log10p",  "neg_log10_p",
                       "se",    "stderr", "std_err",  "standard_error", "n",       "obs_ct",
                       "z",     "zscore", "t_stat",   "stat",           "test",    "info",
                       "ref",   "alt",    "maf",      "freq",           "errcode", "cm",
                       "chisq", "f_miss", "ci_lower", "ci_upper",       "l95",     "u95"};

bool holds(Names names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

std::vector<std::string> split_names(std::string const& line, Separator separator,
                                     std::string const& place) {
    std::vector<std::string> names;
    if (!split_fields(line, separator, names)) {
        throw UserError{fmt::format("{}: a quote is not closed; correct the line", place)};
    }
    return names;
}

// The first column whose name in lower case is one of `wanted`.
std::optional<std::size_t> find_column(std::vector<std::string> const& names, Names wanted) {
    for (auto const name : wanted) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (lower_case(names[i]) == name) return i;
        }
    }
    return std::nullopt;
}

// A column that a person named, or numbered from 1.
std::size_t chosen_column(ScoringColumns const& columns, std::string const& word,
                          std::string_view option, std::string const& place) {
    auto const named = std::ranges::find(columns.names, word);
    if (named != columns.names.end()) {
        return static_cast<std::size_t>(named - columns.names.begin());
    }
    auto const number = parse_position(word);
    if (number && *number >= 1 && static_cast<std::size_t>(*number) <= columns.fields) {
        return static_cast<std::size_t>(*number) - 1;
    }
    if (number) {
        throw UserError{fmt::format("{}: no column {} (there are {}); correct --{}", place, word,
                                    columns.fields, option)};
    }
    throw UserError{fmt::format(
        "{}: no column '{}'{}; correct --{}, or give the column's number", place, word,
        columns.names.empty() ? " (there is no header)" : suggest(word, columns.names, ""),
        option)};
}

void choose_weights(ScoringColumns& columns, ScoringFileOptions const& options,
                    std::string const& place) {
    for (auto const& word : options.weight_columns) {
        auto const column = chosen_column(columns, word, "weight-columns", place);
        if (std::ranges::find(columns.weights, column) != columns.weights.end()) {
            throw UserError{fmt::format("{}: {} is chosen twice; correct --weight-columns", place,
                                        columns.title(column))};
        }
        columns.weights.push_back(column);
    }
}

void require_unique_names(ScoringColumns const& columns, std::string const& place) {
    auto sorted = columns.names;
    std::ranges::sort(sorted);
    auto const again = std::ranges::adjacent_find(sorted);
    if (again == sorted.end()) return;
    throw UserError{
        fmt::format("{}: column '{}' stands there twice; rename or remove one", place, *again)};
}

[[noreturn]] void refuse_missing(ScoringColumns const& columns, std::string_view name,
                                 std::string const& place, std::string_view advice) {
    std::string similar;
    for (auto const& given : columns.names) {
        auto const lower = lower_case(given);
        if (holds(catalog_names, lower)) continue;
        auto const distance = edit_distance(lower, lower_case(name));
        if (distance <= 2 && 2 * distance < std::ssize(name))
            similar = fmt::format(" (is it '{}'?)", given);
    }
    throw UserError{fmt::format("{}: no column '{}'{}; {}", place, name, similar, advice)};
}

// Positions of the build that is asked for, the file's harmonised ones where it has them.
void find_positions(ScoringColumns& columns, ScoringHeader const& header,
                    ScoringFileOptions const& options, std::string const& place) {
    auto const& names = columns.names;
    auto const own = normalized_build(header.value("genome_build"));
    auto const harmonised = normalized_build(header.value("hmpos_build"));
    auto const hm_contig = find_column(names, {"hm_chr"});
    auto const hm_position = find_column(names, {"hm_pos"});
    bool const has_harmonised = hm_contig && hm_position;
    bool const asks_for_own = !options.genome_build.empty() && options.genome_build == own &&
                              options.genome_build != harmonised;
    columns.id = find_column(names, {"rsid"});
    columns.contig = find_column(names, {"chr_name"});
    columns.position = find_column(names, {"chr_position"});
    columns.genome_build = own;
    if (has_harmonised && !asks_for_own) {
        columns.contig = hm_contig;
        columns.position = hm_position;
        columns.other_id = find_column(names, {"hm_rsid"});
        columns.inferred_other = find_column(names, {"hm_inferotherallele"});
        columns.genome_build = harmonised;
        columns.remarks.push_back(
            fmt::format("harmonised positions{} are read",
                        harmonised.empty() ? "" : fmt::format(" ({})", harmonised)));
    }
    if (columns.contig.has_value() != columns.position.has_value()) {
        refuse_missing(columns, columns.contig ? "chr_position" : "chr_name", place,
                       "positions need a chromosome and a position");
    }
}

void note_unknown(ScoringColumns& columns, ScoringFileOptions const& options) {
    std::vector<std::string> known;
    for (auto const name : catalog_names) known.emplace_back(name);
    for (auto const& name : columns.names) {
        auto const lower = lower_case(name);
        if (holds(catalog_names, lower) || lower.starts_with("allelefrequency_effect_") ||
            lower.starts_with("hm_") ||
            std::ranges::find(options.weight_columns, name) != options.weight_columns.end()) {
            continue;
        }
        columns.remarks.push_back(
            fmt::format("column '{}' is not read (the format does not know "
                        "it){}",
                        name, suggest(lower, known, "")));
    }
}

// The columns of weights.
void find_weights(ScoringColumns& columns, ScoringFileOptions const& options,
                  std::string const& place) {
    choose_weights(columns, options, place);
    if (!columns.weights.empty()) return;
    if (auto const weight = find_column(columns.names, {"effect_weight"})) {
        columns.weights.push_back(*weight);
        return;
    }
    if (find_column(columns.names, {"dosage_0_weight", "dosage_1_weight", "dosage_2_weight"})) {
        throw UserError{
            fmt::format("{}: weights per genotype (columns dosage_..._weight) are not additive and "
                        "cannot be read; use a score with effect_weight",
                        place)};
    }
    auto const ratio = find_column(columns.names, {"or", "hr"});
    if (!ratio) {
        refuse_missing(columns, "effect_weight", place,
                       "name the columns of weights with --weight-columns");
    }
    columns.weights.push_back(*ratio);
}

// A column called OR or HR, or effect_weight where the header says so, holds ratios.
void find_ratios(ScoringColumns& columns, ScoringHeader const& header) {
    auto const type = lower_case(header.value("weight_type"));
    Names const ratios{"or", "hr", "odds ratio", "hazard ratio", "odds_ratio", "hazard_ratio"};
    for (auto const field : columns.weights) {
        auto const name = columns.names.empty() ? std::string{} : lower_case(columns.names[field]);
        bool const is_ratio =
            holds(ratios, name) || (name == "effect_weight" && holds(ratios, type));
        columns.are_ratios.push_back(is_ratio);
        if (!is_ratio) continue;
        columns.remarks.push_back(fmt::format(
            "{} holds odds or hazard ratios{}: their logarithms are the weights",
            columns.title(field),
            name == "effect_weight" ? fmt::format(" (weight_type {})", header.value("weight_type"))
                                    : ""));
    }
}

Names const id_names{"id",    "snp", "rsid", "rs_id",      "variant_id", "variant",
                     "snpid", "sid", "name", "markername", "marker"};
Names const effect_names{"effect_allele", "a1",          "ea", "allele1", "allele",
                         "tested_allele", "effectallele"};

// Is this line the first row of a file without a header? It ends with a number, or holds an allele
// where PLINK expects one; and it holds no name that headers have.
bool is_row(std::vector<std::string> const& fields) {
    if (find_column(fields, id_names) || find_column(fields, effect_names)) return false;
    return parse_number(fields.back()).has_value() ||
           normalized_allele(fields[1]).find_first_not_of("ACGTN") == std::string::npos;
}

// chromosome, ID, position, effect allele, other allele, weight: what PRS-CS writes.
bool is_prscs_row(std::vector<std::string> const& fields) {
    return fields.size() == 6 && parse_position(fields[2]) && !parse_number(fields[1]) &&
           !parse_number(fields[3]) && !parse_number(fields[4]) && parse_number(fields[5]);
}

void name_columns(ScoringColumns& columns, ScoringFileOptions const& options,
                  std::string const& place) {
    auto const& names = columns.names;
    columns.id = find_column(names, id_names);
    columns.effect = find_column(names, effect_names);
    columns.other = find_column(names, {"other_allele", "a2", "nea", "oa", "a0", "allele2",
                                        "allele0", "non_effect_allele", "noneffect_allele"});
    columns.contig = find_column(names, {"chr_name", "chr", "chrom", "chromosome"});
    columns.position = find_column(
        names, {"chr_position", "pos", "bp", "position", "base_pair_location", "genpos"});
    columns.frequency = find_column(
        names, {"allelefrequency_effect", "effect_allele_frequency", "eaf", "a1_freq", "a1freq"});
    if (!options.id_column.empty()) {
        columns.id = chosen_column(columns, options.id_column, "id-column", place);
    }
    if (!options.allele_column.empty()) {
        columns.effect = chosen_column(columns, options.allele_column, "allele-column", place);
    }
    // A column alone tells nothing.
    if (!columns.contig || !columns.position) columns.contig = columns.position = std::nullopt;
}

// Columns of a file whose first line is a row already.
void number_columns(ScoringColumns& columns, std::vector<std::string> const& fields,
                    ScoringFileOptions const& options, std::string const& place) {
    if (is_prscs_row(fields) && options.id_column.empty() && options.allele_column.empty()) {
        columns.contig = 0;
        columns.id = 1;
        columns.position = 2;
        columns.effect = 3;
        columns.other = 4;
        columns.remarks.emplace_back(
            "no header: columns are taken as chromosome, ID, position, effect allele, other allele "
            "and weight");
        return;
    }
    auto const chosen = [&](std::string const& word, std::string_view option, std::size_t usual) {
        return word.empty() ? usual : chosen_column(columns, word, option, place);
    };
    columns.id = chosen(options.id_column, "id-column", 0);
    columns.effect = chosen(options.allele_column, "allele-column", 1);
}

bool is_taken(ScoringColumns const& columns, std::size_t field) {
    for (auto const& taken : {columns.id, columns.effect, columns.other, columns.contig,
                              columns.position, columns.frequency}) {
        if (taken == field) return true;
    }
    return false;
}

// Everything that is nothing else.
void take_remaining_weights(ScoringColumns& columns) {
    std::vector<std::string> left_out;
    for (std::size_t field = 0; field < columns.fields; ++field) {
        if (is_taken(columns, field)) continue;
        if (!columns.names.empty() && holds(no_weights, lower_case(columns.names[field]))) {
            left_out.push_back(columns.names[field]);
        } else {
            columns.weights.push_back(field);
        }
    }
    if (left_out.empty()) return;
    columns.remarks.push_back(
        fmt::format("not taken as weights: {} (name columns with --weight-columns if they are)",
                    fmt::join(left_out, ", ")));
}

}  // namespace

std::string ScoringColumns::title(std::size_t field) const {
    return names.empty() ? fmt::format("column {}", field + 1)
                         : fmt::format("column '{}'", names[field]);
}

ScoringFormat detect_scoring_format(ScoringHeader const& header) {
    if (header.is_titled || header.entries.contains("pgs_id") ||
        header.entries.contains("pgs_name") || header.entries.contains("format_version")) {
        return ScoringFormat::pgs_catalog;
    }
    std::vector<std::string> names;
    bool const split = split_fields(header.columns, detect_separator(header.columns), names);
    bool const weighs = split && find_column(names, {"effect_weight"}).has_value();
    return weighs ? ScoringFormat::pgs_catalog : ScoringFormat::plink;
}

ScoringColumns find_catalog_columns(ScoringHeader const& header, ScoringFileOptions const& options,
                                    std::string const& place) {
    if (!options.id_column.empty() || !options.allele_column.empty()) {
        throw UserError{
            fmt::format("{}: a PGS Catalog scoring file names its columns (--id-column and "
                        "--allele-column belong to --weights-format plink); leave them out",
                        place)};
    }
    ScoringColumns columns;
    columns.separator = detect_separator(header.columns);
    columns.names = split_names(header.columns, columns.separator, place);
    columns.fields = columns.names.size();
    require_unique_names(columns, place);
    columns.effect = find_column(columns.names, {"effect_allele"});
    if (!columns.effect) {
        refuse_missing(columns, "effect_allele", place,
                       "check that this is a scoring file, or give --weights-format plink");
    }
    columns.other = find_column(columns.names, {"other_allele", "reference_allele"});
    columns.frequency = find_column(columns.names, {"allelefrequency_effect"});
    find_positions(columns, header, options, place);
    find_weights(columns, options, place);
    find_ratios(columns, header);
    for (auto const name :
         {"is_haplotype", "is_diplotype", "is_interaction", "is_dominant", "is_recessive"}) {
        if (auto const column = find_column(columns.names, {name})) {
            columns.exclusions.push_back(*column);
        }
    }
    if (!columns.contig && !columns.id && !columns.other_id) {
        refuse_missing(columns, "chr_name", place,
                       "variants need chr_name and chr_position, or rsID");
    }
    if (header.is_ours()) columns.other_id = find_column(columns.names, {"variant_description"});
    note_unknown(columns, options);
    return columns;
}

ScoringColumns find_plink_columns(ScoringHeader const& header, ScoringFileOptions const& options,
                                  std::string const& place) {
    ScoringColumns columns;
    columns.separator = detect_separator(header.columns);
    auto first = split_names(header.columns, columns.separator, place);
    columns.fields = first.size();
    columns.genome_build = normalized_build(header.value("genome_build"));
    if (columns.fields < 3) {
        throw UserError{
            fmt::format("{}: {} fields (must be an ID, an effect allele and weights); check that "
                        "this is a file of weights",
                        place, columns.fields)};
    }
    if (is_row(first)) {
        number_columns(columns, first, options, place);
    } else {
        columns.names = std::move(first);
        require_unique_names(columns, place);
        name_columns(columns, options, place);
        bool const is_placed = columns.contig.has_value();
        if (!columns.effect && (columns.id || is_placed)) {
            refuse_missing(columns, "A1", place,
                           "name the column of effect alleles with --allele-column");
        }
        if (!columns.id && !is_placed) columns.id = 0;
        if (!columns.effect) columns.effect = 1;
    }
    if (columns.id == columns.effect) {
        throw UserError{
            fmt::format("{}: {} cannot be both variant ID and effect allele; give --id-column and "
                        "--allele-column",
                        place, columns.title(*columns.effect))};
    }
    choose_weights(columns, options, place);
    if (columns.weights.empty()) take_remaining_weights(columns);
    if (columns.weights.empty()) {
        throw UserError{fmt::format(
            "{}: no column is left for weights; name them with --weight-columns", place)};
    }
    find_ratios(columns, header);
    return columns;
}

}  // namespace maniple

#include "scoring_header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "scoring_values.hpp"

namespace maniple {
namespace {

constexpr std::array<std::pair<Outcome, std::string_view>, 4> outcomes{
    {{Outcome::unknown, "unknown"},
     {Outcome::quantitative, "quantitative"},
     {Outcome::binary, "binary"},
     {Outcome::time_to_event, "time_to_event"}}};

// Numbers of a description that a line of their own holds. What is not known (NaN) or 0 has none:
// readers start from descriptions of which the same holds.
template <class Score>
auto numbers_of(Score& score) {
    using Number = std::pair<std::string_view, decltype(&score.offset)>;
    return std::array<Number, 7>{{{"offset", &score.offset},
                                  {"intercept", &score.covariates.intercept},
                                  {"penalty", &score.penalty},
                                  {"mixing", &score.mixing},
                                  {"heritability", &score.heritability},
                                  {"validation_performance", &score.validation_performance},
                                  {"largest_violation", &score.largest_violation}}};
}

template <class Score>
auto counts_of(Score& score) {
    using Count = std::pair<std::string_view, decltype(&score.iterations)>;
    return std::array<Count, 3>{{{"training_samples", &score.training_samples},
                                 {"training_cases", &score.training_cases},
                                 {"iterations", &score.iterations}}};
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t";
    auto const first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string key_of(std::string_view text) {
    auto key = lower_case(trimmed(text));
    std::ranges::replace(key, ' ', '_');
    if (key == "original_genome_build") return "genome_build";
    if (key == "reported_trait") return "trait_reported";
    return key;
}

std::size_t fields_of(std::string_view text) {
    std::vector<std::string_view> fields;
    split_at_blanks(text, fields);
    return fields.size();
}

[[noreturn]] void refuse_entry(std::filesystem::path const& path, std::string_view key,
                               std::string_view text, std::string_view requirement) {
    throw UserError{
        fmt::format("'{}': the header says {}={} (must be {}); export the model again, or "
                    "remove the line",
                    path.string(), key, text, requirement)};
}

double read_number(std::filesystem::path const& path, std::string_view key, std::string_view text) {
    auto const number = parse_number(text);
    if (!number) refuse_entry(path, key, text, "a number");
    return *number;
}

std::int64_t read_count(std::filesystem::path const& path, std::string_view key,
                        std::string_view text) {
    std::int64_t count = 0;
    auto const* const last = text.data() + text.size();
    auto const [end, error] = std::from_chars(text.data(), last, count);
    if (error != std::errc{} || end != last || count < 0) {
        refuse_entry(path, key, text, "a count");
    }
    return count;
}

Recalibration read_recalibration(std::filesystem::path const& path, std::string const& text) {
    constexpr auto key = "maniple_recalibration";
    std::vector<std::string_view> fields;
    split_at_blanks(text, fields);
    if (fields.size() != 3) refuse_entry(path, key, text, "intercept, slope and samples");
    return {.intercept = read_number(path, key, fields[0]),
            .slope = read_number(path, key, fields[1]),
            .samples = read_count(path, key, fields[2])};
}

// One line for people's texts.
std::string in_one_line(std::string_view text) {
    std::string line{text};
    std::ranges::replace_if(
        line, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return line;
}

void read_ours(ScoringHeader const& header, std::filesystem::path const& path,
               ScoreDescription& score) {
    auto const raw = [&](std::string_view name) -> std::string {
        auto const found = header.entries.find(fmt::format("maniple_{}", name));
        return found == header.entries.end() ? std::string{} : found->second;
    };
    score.name = raw("score");
    score.trait = raw("trait");
    // Exports repeat the column's name where nobody gave another.
    if (score.reported_trait == score.trait) score.reported_trait.clear();
    score.method = raw("method");
    if (auto const text = raw("outcome"); !text.empty()) {
        auto const known =
            std::ranges::find(outcomes, text, [](auto const& o) { return o.second; });
        if (known == outcomes.end()) {
            refuse_entry(path, "maniple_outcome", text,
                         "unknown, quantitative, binary or time_to_event");
        }
        score.outcome = known->first;
    }
    for (auto const& [name, number] : numbers_of(score)) {
        if (auto const text = raw(name); !text.empty()) *number = read_number(path, name, text);
    }
    for (auto const& [name, count] : counts_of(score)) {
        if (auto const text = raw(name); !text.empty()) *count = read_count(path, name, text);
    }
    score.has_converged = raw("converged") != "no";
    if (auto const text = raw("recalibration"); !text.empty()) {
        score.recalibration = read_recalibration(path, text);
    }
    auto const [first, last] = header.entries.equal_range("maniple_covariate");
    for (auto entry = first; entry != last; ++entry) {
        auto const blank = entry->second.find(' ');
        if (blank == std::string::npos) {
            refuse_entry(path, "maniple_covariate", entry->second, "a coefficient and a name");
        }
        score.covariates.coefficients.push_back(
            read_number(path, "maniple_covariate", entry->second.substr(0, blank)));
        score.covariates.names.push_back(entry->second.substr(blank + 1));
    }
}

}  // namespace

std::string ScoringHeader::value(std::string const& key) const {
    auto const found = entries.find(key);
    if (found == entries.end() || is_absent(found->second) || found->second == "NR") return {};
    return found->second;
}

std::string normalized_build(std::string_view build) {
    auto const lower = lower_case(trimmed(build));
    for (auto const* name : {"grch37", "hg19", "b37", "37", "ncbi37", "build37"}) {
        if (lower == name) return "GRCh37";
    }
    for (auto const* name : {"grch38", "hg38", "b38", "38", "build38"}) {
        if (lower == name) return "GRCh38";
    }
    if (is_absent(lower) || lower == "nr" || lower == "unknown") return {};
    return std::string{trimmed(build)};
}

ScoringHeader read_scoring_header(LineReader& lines, std::filesystem::path const& path) {
    ScoringHeader header;
    while (auto const line = lines.next()) {
        auto const text = trimmed(*line);
        if (text.empty()) continue;
        if (!text.starts_with('#')) {
            header.columns = *line;
            return header;
        }
        if (text.starts_with("###PGS CATALOG SCORING FILE")) header.is_titled = true;
        if (text.starts_with("##")) continue;
        auto const content = text.substr(1);
        if (auto const equals = content.find('='); equals != std::string_view::npos) {
            header.entries.emplace(key_of(content.substr(0, equals)),
                                   trimmed(content.substr(equals + 1)));
        } else if (!content.starts_with(' ') && fields_of(content) >= 3) {
            header.columns = content;  // #CHROM POS ID ..., as PLINK writes it
            return header;
        }
    }
    throw UserError{
        lines.line() == 0
            ? fmt::format("'{}' is empty; check the file", path.string())
            : fmt::format("'{}' holds no weights (nothing but comments); check that it is "
                          "complete",
                          path.string())};
}

ScoreDescription read_description(ScoringHeader const& header, std::filesystem::path const& path) {
    ScoreDescription score{.name = header.value("pgs_id"), .trait = {}, .method = "imported"};
    if (score.name.empty()) score.name = header.value("pgs_name");
    score.reported_trait = header.value("trait_reported");
    if (header.is_ours()) read_ours(header, path, score);
    return score;
}

std::string describe_in_header(ScoreModel const& model, ScoreDescription const& score,
                               std::int64_t variants) {
    std::string text;
    auto const add = [&text](std::string_view key, auto const& value) {
        fmt::format_to(std::back_inserter(text), "#{}={}\n", key, value);
    };
    auto const add_text = [&](std::string_view key, std::string_view value) {
        if (!value.empty()) add(key, in_one_line(value));
    };
    text += fmt::format("{}\n#format_version=2.0\n##POLYGENIC SCORE (PGS) INFORMATION\n",
                        scoring_file_title());
    add("pgs_name", in_one_line(score.name));
    auto const& reported = score.reported_trait.empty() ? score.trait : score.reported_trait;
    add("trait_reported", reported.empty() ? "NR" : in_one_line(reported));
    add("weight_type", "beta");
    add("genome_build", model.genome_build.empty() ? "NR" : in_one_line(model.genome_build));
    add("variants_number", variants);
    text += "##SOURCE INFORMATION\n";
    add("maniple_score", in_one_line(score.name));
    add_text("maniple_trait", score.trait);
    add("maniple_outcome", outcomes[static_cast<std::size_t>(score.outcome)].second);
    add_text("maniple_method", score.method);
    for (auto const& [name, number] : numbers_of(score)) {
        if (!std::isnan(*number) && *number != 0) add(fmt::format("maniple_{}", name), *number);
    }
    for (auto const& [name, count] : counts_of(score)) {
        if (*count != 0) add(fmt::format("maniple_{}", name), *count);
    }
    add("maniple_converged", score.has_converged ? "yes" : "no");
    for (std::size_t c = 0; c < score.covariates.names.size(); ++c) {
        add("maniple_covariate", fmt::format("{} {}", score.covariates.coefficients[c],
                                             in_one_line(score.covariates.names[c])));
    }
    if (auto const& recalibration = score.recalibration) {
        add("maniple_recalibration", fmt::format("{} {} {}", recalibration->intercept,
                                                 recalibration->slope, recalibration->samples));
    }
    add_text("maniple_source", model.source);
    return text;
}

}  // namespace maniple

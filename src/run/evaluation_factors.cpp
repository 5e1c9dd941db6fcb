#include "evaluation_factors.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/error.hpp"

namespace maniple {
namespace {

constexpr std::int32_t missing = -1;

// One value per sample of the cohort: a position in `levels`, or missing.
struct Division {
    std::vector<std::string> levels;
    std::vector<std::int32_t> level;
};

Division divide_by_sex(Samples const& samples) {
    Division division{{"female", "male"}, {}};
    for (auto sex : samples.sexes) {
        division.level.push_back(sex == Sex::female ? 0 : sex == Sex::male ? 1 : missing);
    }
    return division;
}

Division divide_by_levels(Column const& column) {
    Division division{column.levels, {}};
    if (column.type == ColumnType::binary) division.levels = {"0", "1"};
    for (auto value : column.values) {
        division.level.push_back(std::isnan(value) ? missing : static_cast<std::int32_t>(value));
    }
    return division;
}

// Bounds of bands, with the words that they were given as.
struct BandCuts {
    std::vector<double> values;
    std::vector<std::string_view> words;
};

BandCuts read_cuts(std::string_view option, std::string const& word, std::string_view text) {
    BandCuts cuts;
    for (std::size_t first = 0; first <= text.size();) {
        auto const last = std::min(text.find('/', first), text.size());
        double cut = 0;
        auto const piece = text.substr(first, last - first);
        auto const [end, error] = std::from_chars(piece.data(), piece.data() + piece.size(), cut);
        if (error != std::errc{} || end != piece.data() + piece.size() || !std::isfinite(cut) ||
            (!cuts.values.empty() && cut <= cuts.values.back())) {
            throw UserError{
                fmt::format("{} '{}' (bands are ascending numbers, apart by /); write for "
                            "instance age:40/60/75",
                            option, word)};
        }
        cuts.values.push_back(cut);
        cuts.words.push_back(piece);
        first = last + 1;
    }
    return cuts;
}

// Numbers that differ in their last digits alone have labels that do.
Division divide_into_bands(Column const& column, BandCuts const& cuts) {
    Division division;
    division.levels.push_back(fmt::format("<{}", cuts.words.front()));
    for (std::size_t c = 1; c < cuts.words.size(); ++c) {
        division.levels.push_back(fmt::format("{}-<{}", cuts.words[c - 1], cuts.words[c]));
    }
    division.levels.push_back(fmt::format(">={}", cuts.words.back()));
    for (auto value : column.values) {
        auto const band = std::ranges::upper_bound(cuts.values, value) - cuts.values.begin();
        division.level.push_back(std::isnan(value) ? missing : static_cast<std::int32_t>(band));
    }
    return division;
}

// A column may have a level of that name.
std::string name_missing(std::vector<std::string> const& levels) {
    std::string name = "missing";
    while (std::ranges::count(levels, name) > 0) name += " value";
    return name;
}

std::string name_of(std::string const& word) { return word.substr(0, word.rfind(':')); }

// Nothing: the sex of the cohort's samples.
std::optional<ColumnReference> find_column(std::string const& name,
                                           std::vector<ColumnReference> const& columns) {
    bool const known = std::ranges::any_of(
        columns, [&](ColumnReference const& column) { return column.column.name == name; });
    if (name == "sex" && !known) return std::nullopt;
    return choose_covariates(columns, {name}).front();
}

// One column may have two names, and two sets of bands tell of the people between them.
void require_other_columns(FactorWords const& asked, std::vector<ColumnReference> const& columns) {
    std::map<std::pair<std::string, std::size_t>, std::string> seen;
    for (auto const& word : asked.words) {
        auto const name = name_of(word);
        auto const column = find_column(name, columns);
        auto const [place, is_new] = seen.try_emplace(
            column ? std::pair{column->table, column->position} : std::pair{std::string{}, 0UL},
            name);
        if (is_new) continue;
        throw UserError{
            place->second == name
                ? fmt::format("{} '{}' is named twice; name it once", asked.option, name)
                : fmt::format("{0} '{1}' and '{2}' are one column, named twice; name "
                              "it once",
                              asked.option, place->second, name)};
    }
}

Division divide(std::string_view option, std::string const& word, Cohort const& cohort,
                StoreTables const& tables, std::vector<ColumnReference> const& columns) {
    auto const colon = word.rfind(':');
    auto const name = name_of(word);
    auto const chosen = find_column(name, columns);
    if (!chosen) return divide_by_sex(cohort.samples());
    auto const column = load_column(tables, *chosen, cohort.samples().size());
    if (colon != std::string::npos) {
        if (column.type == ColumnType::categorical) {
            throw UserError{
                fmt::format("{} '{}': column '{}' is categorical and has no bands; "
                            "leave out ':{}'",
                            option, word, name, word.substr(colon + 1))};
        }
        return divide_into_bands(column,
                                 read_cuts(option, word, std::string_view{word}.substr(colon + 1)));
    }
    if (column.type == ColumnType::quantitative) {
        throw UserError{
            fmt::format("{0} '{1}' is quantitative (groups need levels); give the bands, for "
                        "instance {0} {1}:40/60/75",
                        option, word)};
    }
    return divide_by_levels(column);
}

EvaluationFactor assign(std::string const& name, Division const& division,
                        std::span<SampleIndex const> people) {
    EvaluationFactor factor{.name = name, .levels = division.levels, .level = {}, .missing = {}};
    auto const last = static_cast<std::int32_t>(division.levels.size());
    bool any_missing = false;
    for (auto s : people) {
        auto const level = division.level[s.at()];
        any_missing |= level == missing;
        factor.level.push_back(level == missing ? last : level);
    }
    if (any_missing) {
        factor.missing = factor.levels.size();
        factor.levels.push_back(name_missing(division.levels));
    }
    std::vector<std::int64_t> sizes(factor.levels.size());
    for (auto level : factor.level) ++sizes[static_cast<std::size_t>(level)];
    factor.reference = static_cast<std::size_t>(std::ranges::max_element(sizes) - sizes.begin());
    return factor;
}

void require_few_levels(std::string_view option, EvaluationFactor const& factor) {
    constexpr std::int64_t most_levels = 200;
    if (std::ssize(factor.levels) <= most_levels) return;
    throw UserError{
        fmt::format("{} '{}' has {} levels, and more than {} cannot be compared; "
                    "choose a coarser column",
                    option, factor.name, factor.levels.size(), most_levels)};
}

}  // namespace

std::vector<EvaluationFactor> make_factors(FactorWords const& asked, Cohort const& cohort,
                                           StoreTables const& tables,
                                           std::span<SampleIndex const> people) {
    auto const columns = list_columns(tables);
    require_other_columns(asked, columns);
    std::vector<EvaluationFactor> factors;
    bool found = asked.reference.empty();
    for (auto const& word : asked.words) {
        auto const name = name_of(word);
        factors.push_back(
            assign(name, divide(asked.option, word, cohort, tables, columns), people));
        auto& factor = factors.back();
        require_few_levels(asked.option, factor);
        auto const place = std::ranges::find(factor.levels, asked.reference);
        if (place == factor.levels.end()) continue;
        factor.reference = static_cast<std::size_t>(place - factor.levels.begin());
        found = true;
    }
    if (found) return factors;
    std::string levels;
    for (auto const& factor : factors) {
        levels += fmt::format("{}{}: {}", levels.empty() ? "" : "; ", factor.name,
                              fmt::join(factor.levels, ", "));
    }
    throw UserError{fmt::format("--reference '{}' is no level of {} ({}); name one of these",
                                asked.reference, asked.option,
                                levels.empty() ? "which is not given" : levels)};
}

}  // namespace maniple

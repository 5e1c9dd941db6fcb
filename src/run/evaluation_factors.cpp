#include "evaluation_factors.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

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

std::vector<double> read_cuts(std::string_view option, std::string const& word,
                              std::string_view text) {
    std::vector<double> cuts;
    for (std::size_t first = 0; first <= text.size();) {
        auto const last = std::min(text.find('/', first), text.size());
        double cut = 0;
        auto const piece = text.substr(first, last - first);
        auto const [end, error] = std::from_chars(piece.data(), piece.data() + piece.size(), cut);
        if (error != std::errc{} || end != piece.data() + piece.size() ||
            (!cuts.empty() && cut <= cuts.back())) {
            throw UserError{
                fmt::format("{} '{}' (bands are ascending numbers, apart by /); write for "
                            "instance age:40/60/75",
                            option, word)};
        }
        cuts.push_back(cut);
        first = last + 1;
    }
    return cuts;
}

Division divide_into_bands(Column const& column, std::vector<double> const& cuts) {
    Division division;
    division.levels.push_back(fmt::format("<{:g}", cuts.front()));
    for (std::size_t c = 1; c < cuts.size(); ++c) {
        division.levels.push_back(fmt::format("{:g}-<{:g}", cuts[c - 1], cuts[c]));
    }
    division.levels.push_back(fmt::format(">={:g}", cuts.back()));
    for (auto value : column.values) {
        division.level.push_back(
            std::isnan(value)
                ? missing
                : static_cast<std::int32_t>(std::ranges::upper_bound(cuts, value) - cuts.begin()));
    }
    return division;
}

Division divide(std::string_view option, std::string const& word, Cohort const& cohort,
                StoreTables const& tables, std::vector<ColumnReference> const& columns) {
    auto const colon = word.rfind(':');
    auto const name = word.substr(0, colon);
    bool const known = std::ranges::any_of(
        columns, [&](ColumnReference const& column) { return column.column.name == name; });
    if (name == "sex" && !known) return divide_by_sex(cohort.samples());
    auto const chosen = choose_covariates(columns, {name}).front();
    auto const column = load_column(tables, chosen, cohort.samples().size());
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
        factor.levels.emplace_back("missing");
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
    std::vector<EvaluationFactor> factors;
    bool found = asked.reference.empty();
    for (auto const& word : asked.words) {
        auto const name = word.substr(0, word.rfind(':'));
        if (std::ranges::count(factors, name, &EvaluationFactor::name) > 0) {
            throw UserError{
                fmt::format("{} '{}' is named twice; name it once", asked.option, name)};
        }
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

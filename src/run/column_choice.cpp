#include "maniple/run/column_choice.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/small_count.hpp"
#include "maniple/core/suggestion.hpp"

namespace maniple {
namespace {

std::string full_name(ColumnReference const& column) {
    return fmt::format("{}.{}", column.table, column.column.name);
}

bool same_column(ColumnReference const& a, ColumnReference const& b) {
    return a.table == b.table && a.column.name == b.column.name;
}

bool answers_to(ColumnReference const& column, std::string_view name) {
    return column.column.name == name || full_name(column) == name;
}

// A trait and its score may have one name: it then means the trait.
ColumnReference const& find_column(std::vector<ColumnReference> const& columns,
                                   std::string const& name, std::string_view option) {
    ColumnReference const* found = nullptr;
    for (auto const& column : columns) {
        if (!answers_to(column, name)) continue;
        if (found != nullptr && found->is_score != column.is_score) {
            if (found->is_score) found = &column;
            continue;
        }
        if (found != nullptr) {
            throw UserError{fmt::format("{} '{}' is in several tables; write '{}' or '{}'", option,
                                        name, full_name(*found), full_name(column))};
        }
        found = &column;
    }
    if (found != nullptr) return *found;
    if (columns.empty()) {
        throw UserError{
            fmt::format("{} '{}' is not in the store (it has no tables); import one with "
                        "`maniple import --store STORE --table FILE`",
                        option, name)};
    }
    std::vector<std::string> labels;
    for (auto const& column : columns) labels.push_back(column.label);
    throw UserError{
        fmt::format("{} '{}' is in no table of the store{}; `maniple info STORE` lists "
                    "its columns",
                    option, name, suggest(name, labels, ""))};
}

bool has_wildcard(std::string_view word) {
    return word.find_first_of("*?[") != std::string_view::npos;
}

// A column may be called "all", or have a star in its name.
bool is_literal(std::vector<ColumnReference> const& columns, std::string_view word) {
    return std::ranges::any_of(columns,
                               [&](auto const& column) { return answers_to(column, word); });
}

bool fits(ColumnReference const& column, std::string const& pattern) {
    if (pattern == "all") return !column.is_score;
    return fnmatch(pattern.c_str(), column.column.name.c_str(), 0) == 0 ||
           fnmatch(pattern.c_str(), full_name(column).c_str(), 0) == 0;
}

void require_trait(ColumnReference const& column, std::vector<ColumnReference> const& covariates) {
    if (column.column.type == ColumnType::categorical) {
        throw UserError{
            fmt::format("trait '{}' is categorical ({} levels) and a regression needs numbers; "
                        "import it as 0/1 "
                        "columns, or use it as a covariate",
                        column.label, column.column.levels.size())};
    }
    for (auto const& covariate : covariates) {
        if (same_column(column, covariate)) {
            throw UserError{fmt::format(
                "'{}' is both a trait and a covariate; name it in one place", column.label)};
        }
    }
}

// The words before and after the colon of TIME:EVENT; nothing where `word` has none, or where it is
// a column's name.
std::optional<std::pair<std::string, std::string>> split_time_event(
    std::vector<ColumnReference> const& columns, std::string const& word) {
    auto const colon = word.find(':');
    if (colon == std::string::npos) return {};
    std::pair const parts{word.substr(0, colon), word.substr(colon + 1)};
    if (!is_literal(columns, word)) return parts;
    if (!is_literal(columns, parts.first) || !is_literal(columns, parts.second)) return {};
    auto const column =
        std::ranges::find_if(columns, [&](auto const& c) { return answers_to(c, word); });
    throw UserError{fmt::format(
        "trait '{}' is a column of table '{}', and might be the time '{}' with the event '{}'; "
        "write '{}' for the column, or rename it and import it again",
        word, column->table, parts.first, parts.second, full_name(*column))};
}

void require_no_people(StoreTables const& tables, Column const& column) {
    if (column.type != ColumnType::categorical) return;
    std::vector<std::int64_t> people(column.levels.size());
    for (double value : column.values) {
        if (!std::isnan(value)) ++people[static_cast<std::size_t>(value)];
    }
    for (std::size_t level = 0; level < people.size(); ++level) {
        if (!is_small(people[level], fewest_told) || !tables.is_person(column.levels[level])) {
            continue;
        }
        throw UserError{fmt::format(
            "column '{}' holds IDs of people or families (models and reports tell levels of "
            "columns); leave it out, or give its levels other names",
            column.name)};
    }
}

}  // namespace

StoreTables::StoreTables(Cohort const& cohort) {
    std::unordered_set<std::string_view> levels;
    for (auto const& name : cohort.table_names()) tables_.push_back(cohort.open_table(name));
    for (auto const& table : tables_) {
        for (auto const& column : table.summary().columns) {
            levels.insert(column.levels.begin(), column.levels.end());
        }
    }
    if (levels.empty()) return;
    auto const& samples = cohort.samples();
    for (auto const* ids : {&samples.ids, &samples.families}) {
        for (auto const& id : *ids) {
            if (levels.contains(id)) people_.insert(id);
        }
    }
    people_.erase("0");  // Of a family: not known.
}

TableReader const& StoreTables::find(std::string const& name) const {
    auto const found = std::ranges::find(
        tables_, name, [](TableReader const& table) { return table.summary().name; });
    expect(found != tables_.end(), "the store has this table");
    return *found;
}

std::vector<ColumnReference> list_columns(StoreTables const& tables) {
    std::vector<ColumnReference> columns;
    std::map<std::string, int> tables_with;  // Scores give way: see find_column.
    std::map<std::string, int> scores_with;
    for (auto const& table : tables.all()) {
        auto const& summary = table.summary();
        for (std::size_t c = 0; c < summary.columns.size(); ++c) {
            auto& with = summary.source == scores_source ? scores_with : tables_with;
            ++with[summary.columns[c].name];
            columns.push_back({.table = summary.name,
                               .position = c,
                               .column = summary.columns[c],
                               .label = {},
                               .is_score = summary.source == scores_source});
        }
    }
    for (auto& column : columns) {
        auto const& name = column.column.name;
        auto const others =
            column.is_score ? tables_with[name] + scores_with[name] : tables_with[name];
        column.label = others == 1 ? name : full_name(column);
    }
    return columns;
}

std::vector<ColumnReference> choose_covariates(std::vector<ColumnReference> const& columns,
                                               std::vector<std::string> const& words) {
    std::vector<ColumnReference> chosen;
    auto const is_chosen = [&](ColumnReference const& column) {
        return std::ranges::any_of(chosen, [&](auto const& c) { return same_column(c, column); });
    };
    for (auto const& word : words) {
        if (is_literal(columns, word) || !has_wildcard(word)) {
            auto const& column = find_column(columns, word, "covariate");
            if (is_chosen(column)) {
                throw UserError{fmt::format("covariate '{}' is named twice; name it once", word)};
            }
            chosen.push_back(column);
            continue;
        }
        bool any = false;
        for (auto const& column : columns) {
            if (!fits(column, word)) continue;
            any = true;
            if (!is_chosen(column)) chosen.push_back(column);
        }
        if (!any) {
            throw UserError{fmt::format(
                "covariate pattern '{}' fits no column; `maniple info STORE` lists the columns",
                word)};
        }
    }
    return chosen;
}

std::vector<TraitReference> choose_traits(std::vector<ColumnReference> const& columns,
                                          std::vector<std::string> const& words,
                                          std::vector<ColumnReference> const& covariates) {
    std::vector<TraitReference> chosen;
    auto const choose = [&](ColumnReference const& column, Asked asked) {
        for (auto& trait : chosen) {
            if (!same_column(trait.reference, column)) continue;
            if (asked == Asked::by_name) trait.asked = asked;
            return;
        }
        chosen.push_back({column, asked});
    };
    for (auto const& word : words) {
        if (is_literal(columns, word) || (word != "all" && !has_wildcard(word))) {
            auto const& column = find_column(columns, word, "trait");
            require_trait(column, covariates);
            choose(column, Asked::by_name);
            continue;
        }
        auto const before = chosen.size();
        bool any = false;
        for (auto const& column : columns) {
            if (!fits(column, word)) continue;
            bool const usable = column.column.type != ColumnType::categorical &&
                                std::ranges::none_of(covariates, [&](auto const& c) {
                                    return same_column(c, column);
                                });
            any |= usable;
            if (usable) choose(column, Asked::by_pattern);
        }
        if (chosen.size() == before && !any) {
            throw UserError{
                fmt::format("trait pattern '{}' fits no numeric column that is not a "
                            "covariate; `maniple info STORE` lists the columns",
                            word)};
        }
    }
    return chosen;
}

std::optional<TimeEvent> choose_time_event(std::vector<ColumnReference> const& columns,
                                           std::string const& word,
                                           std::vector<ColumnReference> const& covariates) {
    auto const parts = split_time_event(columns, word);
    if (!parts) return {};
    TimeEvent const chosen{find_column(columns, parts->first, "trait"),
                           find_column(columns, parts->second, "trait")};
    require_trait(chosen.time, covariates);
    require_trait(chosen.event, covariates);
    if (same_column(chosen.time, chosen.event)) {
        throw UserError{fmt::format(
            "trait '{}' has one column for times and events (an event is 0 or 1); write --trait "
            "TIME:EVENT",
            word)};
    }
    return chosen;
}

std::vector<TraitReference> choose_tested_traits(std::vector<ColumnReference> const& columns,
                                                 std::vector<std::string> const& words,
                                                 std::vector<ColumnReference> const& covariates) {
    std::vector<TraitReference> chosen;
    auto const add = [&](TraitReference trait) {
        for (auto& known : chosen) {
            if (!same_column(known.reference, trait.reference) ||
                known.reference.event != trait.reference.event) {
                continue;
            }
            if (trait.asked == Asked::by_name) known.asked = trait.asked;
            return;
        }
        chosen.push_back(std::move(trait));
    };
    for (auto const& word : words) {
        if (auto pair = choose_time_event(columns, word, covariates)) {
            auto& [time, event] = *pair;
            time.label = fmt::format("{}:{}", time.label, event.label);
            time.event = {event.table, event.position, event.label};
            add({std::move(time), Asked::by_name});
            continue;
        }
        for (auto& trait : choose_traits(columns, {word}, covariates)) add(std::move(trait));
    }
    return chosen;
}

Outcome outcome_of(ColumnReference const& trait) {
    if (trait.event) return Outcome::time_to_event;
    return trait.column.type == ColumnType::binary ? Outcome::binary : Outcome::quantitative;
}

Column load_column(StoreTables const& tables, ColumnReference const& chosen, std::int64_t samples) {
    Column column{.name = chosen.column.name,
                  .type = chosen.column.type,
                  .levels = chosen.column.levels,
                  .values = std::vector<double>(static_cast<std::size_t>(samples))};
    tables.find(chosen.table).read(chosen.position, column.values);
    require_no_people(tables, column);
    return column;
}

}  // namespace maniple

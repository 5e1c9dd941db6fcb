#include "evaluated_trait.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/error.hpp"

namespace maniple {

LoadedTrait load_trait(std::string const& asked, std::vector<ColumnReference> const& covariates,
                       StoreTables const& tables, std::int64_t samples) {
    auto const columns = list_columns(tables);
    auto const pair = choose_time_event(columns, asked, covariates);
    if (!pair) {
        auto const chosen = choose_traits(columns, {asked}, covariates);
        if (chosen.size() != 1) {
            throw UserError{
                fmt::format("--trait '{}' names {} columns; a score is evaluated for one", asked,
                            chosen.size())};
        }
        auto column = load_column(tables, chosen[0].reference, samples);
        auto const outcome =
            column.type == ColumnType::binary ? Outcome::binary : Outcome::quantitative;
        bool const by_name = chosen[0].asked == Asked::by_name;
        return {by_name ? asked : chosen[0].reference.label, outcome, std::move(column.values), {}};
    }
    auto first = load_column(tables, pair->time, samples);
    auto second = load_column(tables, pair->event, samples);
    bool const binary = std::ranges::all_of(
        second.values, [](double event) { return std::isnan(event) || event == 0 || event == 1; });
    if (!binary) {
        throw UserError{
            fmt::format("--trait '{}': '{}' is not binary (after the time stands the "
                        "event, 0 or 1); write --trait TIME:EVENT",
                        asked, second.name)};
    }
    if (std::ranges::any_of(first.values, [](double time) { return time < 0; })) {
        throw UserError{
            fmt::format("--trait '{}': '{}' has negative times; a time to an event "
                        "starts at 0",
                        asked, first.name)};
    }
    return {asked, Outcome::time_to_event, std::move(first.values), std::move(second.values)};
}

}  // namespace maniple

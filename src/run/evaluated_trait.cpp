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
    auto const load = [&](std::string const& name) {
        auto const chosen = choose_traits(columns, {name}, covariates);
        if (chosen.size() == 1) return load_column(tables, chosen[0].reference, samples);
        throw UserError{fmt::format("--trait '{}' names {} columns; a score is evaluated for one",
                                    name, chosen.size())};
    };
    auto const pair = choose_time_event(columns, asked, covariates);
    auto first = pair ? load_column(tables, pair->time, samples) : load(asked);
    if (!pair) {
        auto const outcome =
            first.type == ColumnType::binary ? Outcome::binary : Outcome::quantitative;
        return {outcome, std::move(first.values), {}};
    }
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
    return {Outcome::time_to_event, std::move(first.values), std::move(second.values)};
}

}  // namespace maniple

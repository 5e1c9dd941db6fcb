#include "maniple/run/trait_counts.hpp"

#include <fmt/format.h>

#include "maniple/run/small_cells.hpp"

namespace maniple {

char const* trait_type(Outcome outcome) {
    switch (outcome) {
        case Outcome::binary:
            return "binary";
        case Outcome::time_to_event:
            return "time-to-event";
        case Outcome::quantitative:
        case Outcome::unknown:
            break;
    }
    return "quantitative";
}

std::string describe_count(std::int64_t people) {
    return is_small(people, fewest_told) ? fmt::format("<{}", fewest_told) : std::to_string(people);
}

PeopleText describe_people(TraitCounts const& counts) {
    auto const controls = counts.samples - counts.cases;
    bool const small = is_small(counts.cases, fewest_told) || is_small(controls, fewest_told);
    auto const text = [&](std::int64_t count) -> std::string {
        return small && !is_small(count, fewest_told) ? "NA" : describe_count(count);
    };
    return {text(counts.cases), text(controls)};
}

}  // namespace maniple

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

PeopleText describe_people(TraitCounts const& counts) {
    auto const controls = counts.samples - counts.cases;
    bool const small = is_small(counts.cases, fewest_told) || is_small(controls, fewest_told);
    auto const text = [&](std::int64_t count) -> std::string {
        if (is_small(count, fewest_told)) return fmt::format("<{}", fewest_told);
        return small ? "NA" : std::to_string(count);
    };
    return {text(counts.cases), text(controls)};
}

}  // namespace maniple

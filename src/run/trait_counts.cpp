#include "maniple/run/trait_counts.hpp"

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
        return small && !is_small(count, fewest_told) ? "NA" : describe_count(count);
    };
    return {text(counts.cases), text(controls)};
}

std::optional<std::int64_t> told_cases(Outcome outcome, std::int64_t samples, std::int64_t cases) {
    bool const has_cases = outcome == Outcome::binary || outcome == Outcome::time_to_event;
    bool const small = is_small(cases, fewest_told) || is_small(samples - cases, fewest_told);
    if (has_cases && small) return std::nullopt;
    return cases;
}

}  // namespace maniple

#include "participants.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "maniple/core/readable.hpp"
#include "maniple/run/agreement.hpp"
#include "null_odds.hpp"

namespace maniple {

namespace {

void warn_of_few_people(BaseTraits const& traits, Log& log) {
    // From docs/whole-genome.md, "Small cohorts".
    constexpr std::int64_t fewest_people = 2000;
    constexpr std::int64_t people_a_column = 50;
    auto const people = std::ssize(traits.basis.samples);
    auto const columns = traits.basis.basis.columns() - 1;
    if (people >= fewest_people && people >= people_a_column * columns) return;
    log.warn(
        fmt::format("whole genome: {} and {} of covariates: predictions have seen enough of each "
                    "trait to make the effects of variants too small by a percent or more; use "
                    "more people or fewer covariates, or test without --whole-genome",
                    plural(people, "sample"), plural(columns, "column")));
}

}  // namespace

Participants::Participants(WholeGenomeRequest const& request, mpi::Communicator const& comm,
                           Log& log) {
    together(comm, [&] {
        cohort.emplace(request.store);
        traits.emplace(load_base_traits(request, *cohort, log));
        chosen = choose_variants(*cohort, request.variants, log);
    });
    leave_out_hopeless(*traits, request, comm, log);
    if (request.use == GenomeUse::offsets) warn_of_few_people(*traits, log);
}

void Participants::describe(Log& log) const {
    constexpr std::size_t shown = 20;
    std::int64_t variants = 0;
    for (auto const& block : chosen) variants += block.size();
    log.note(fmt::format("variants: {} to choose from, by the filters of --whole-genome",
                         plural(variants, "variant")));
    auto const& names = traits->names;
    log.note(fmt::format("traits: {}", names.size()));
    for (std::size_t t = 0; t < std::min(shown, names.size()); ++t) {
        auto const& counts = traits->counts[t];
        auto line = fmt::format("  {}: {} samples", names[t], describe_count(counts.samples));
        if (counts.outcome == Outcome::binary) {
            auto const people = describe_people(counts);
            line += fmt::format(", {} cases, {} controls; predictions are {}", people.cases,
                                people.controls,
                                traits->outcomes[t] == Outcome::binary ? "log odds" : "linear");
        }
        log.note(line);
    }
    if (names.size() > shown) log.note(fmt::format("  and {} more", names.size() - shown));
}

}  // namespace maniple

#include "participants.hpp"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

#include "maniple/run/agreement.hpp"
#include "null_odds.hpp"
#include "readable.hpp"

namespace maniple {

Participants::Participants(WholeGenomeRequest const& request, mpi::Communicator const& comm,
                           Log& log) {
    together(comm, [&] {
        cohort.emplace(request.store);
        traits.emplace(load_base_traits(request, *cohort, log));
        chosen = choose_variants(*cohort, request.variants, log);
    });
    leave_out_hopeless(*traits, request, comm, log);
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
        auto line = fmt::format("  {}: {} samples", names[t], counts.samples);
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

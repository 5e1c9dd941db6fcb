#include "genome_participants.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "maniple/run/agreement.hpp"
#include "null_odds.hpp"
#include "readable.hpp"

namespace maniple {

GenomeParticipants::GenomeParticipants(WholeGenomeRequest const& request,
                                       mpi::Communicator const& comm, Log& log) {
    together(comm, [&] {
        cohort.emplace(request.store);
        traits.emplace(load_base_traits(request, *cohort, log));
        chosen = choose_variants(*cohort, request.variants, log);
    });
    leave_out_hopeless(*traits, request, comm, log);
}

void GenomeParticipants::describe(Log& log) const {
    constexpr std::size_t shown = 20;
    std::int64_t variants = 0;
    for (auto const& block : chosen) variants += block.size();
    log.note(fmt::format("samples: {} in the store, {} with every covariate",
                         cohort->samples().size(), traits->basis.samples.size()));
    log.note(fmt::format("whole genome: {} to choose from, by the filters of --whole-genome",
                         plural(variants, "variant")));
    log.note(fmt::format("traits: {}", traits->names.size()));
    for (std::size_t t = 0; t < std::min(shown, traits->names.size()); ++t) {
        auto const& counts = traits->counts[t];
        auto line = fmt::format("  {}: {} samples", traits->names[t], counts.samples);
        if (counts.type == ColumnType::binary) {
            auto const people = describe_people(counts);
            line += fmt::format(", {} cases, {} controls; predictions are {}", people.cases,
                                people.controls,
                                traits->outcomes[t] == Outcome::binary ? "log odds" : "linear");
        }
        log.note(line);
    }
    if (traits->names.size() > shown) {
        log.note(fmt::format("  and {} more", traits->names.size() - shown));
    }
}

}  // namespace maniple

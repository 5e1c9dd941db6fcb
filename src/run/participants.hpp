/// \file  Who and what takes part in a whole-genome regression. Private to this module.
#pragma once

#include <optional>
#include <vector>

#include "base_traits.hpp"
#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/variant_choice.hpp"
#include "maniple/run/whole_genome.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

/// As known without a look at genotypes; there from construction on.
struct Participants {
    std::optional<Cohort> cohort;
    std::optional<BaseTraits> traits;
    std::vector<ChosenBlock> chosen;  ///< Before filters.

    /// Collective over comm. \throws as load_base_traits, choose_variants and leave_out_hopeless.
    Participants(WholeGenomeRequest const& request, mpi::Communicator const& comm, Log& log);

    /// Samples, variants and traits for people.
    void describe(Log& log) const;
};

}  // namespace maniple

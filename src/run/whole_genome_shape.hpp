/// \file  How large a whole-genome regression of a store is. Private to this module.
#pragma once

#include <vector>

#include "base_traits.hpp"
#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/genome_blocks.hpp"
#include "maniple/run/whole_genome.hpp"
#include "maniple/run/whole_genome_estimate.hpp"

namespace maniple {

/// The same on every rank. Collective over comm.
WholeGenomeShape find_shape(WholeGenomeRequest const& request, Cohort const& cohort,
                            BaseTraits const& traits, std::vector<ChosenBlock> const& chosen,
                            GenomeBlocks const& blocks, mpi::Communicator const& comm);

/// For both levels. \throws UserError where what a rank needs is more than it may use.
WholeGenomeMemory choose_memory(WholeGenomeShape const& shape, WholeGenomeRequest const& request,
                                Log& log);

/// For scores, whose weights of all traits rank 0 has in the end. \throws UserError where they are
/// more than it may use.
void require_room_for_weights(WholeGenomeShape const& shape);

}  // namespace maniple

/// \file  What a whole-genome regression will cost, before it is done.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/whole_genome.hpp"
#include "maniple/run/whole_genome_estimate.hpp"

namespace maniple {

/// Check the request; say who and what takes part, and what the regression takes of memory, disks,
/// network and time, with the arithmetic. Counts genotypes of some blocks, and measures the machine
/// for about a second. Collective over comm. \throws UserError where traits or variants cannot be
/// met; CorruptInput; EnvironmentError.
void plan_whole_genome(WholeGenomeRequest const& request, mpi::Communicator const& comm, Log& log);

/// A cohort that need not exist, on clusters of some sizes: one rank on each node.
struct GenomePlanRequest {
    WholeGenomeShape shape;  ///< But for its ranks, and what follows from the other extents.
    std::vector<std::int64_t> nodes;
    double read = 1e9;      ///< Bytes a second that a node reads, or writes to scratch,
    double exchange = 1e9;  ///< and that it sends.
};

/// A table with a line for each number of nodes, then the arithmetic of each. Measures this
/// machine for about a second.
std::string plan_genome(GenomePlanRequest const& request);

}  // namespace maniple

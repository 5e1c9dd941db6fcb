/// \file  From facts of ranks to findings. Each names the hosts where something is wrong, has at
/// least one line, and asks no machine anything. \pre of all: there is a rank
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "maniple/mpi/launcher.hpp"
#include "maniple/run/doctor.hpp"
#include "maniple/run/doctor_facts.hpp"

namespace maniple {

using AllRanks = std::span<RankFacts const>;

/// Do the ranks know of each other? \param mpi  implementation that runs.
Finding examine_mpi(std::string const& mpi, std::optional<mpi::LostRanks> const& lost,
                    AllRanks ranks);

/// Is it the same program everywhere, with the same MPI?
Finding examine_program(AllRanks ranks);

/// Threads against the CPUs that each rank may use, alone or together with others.
Findings examine_threads(AllRanks ranks);

/// Ranks against NUMA domains.
Finding examine_binding(AllRanks ranks);

/// Instruction sets that our kernels use.
Finding examine_processor(AllRanks ranks);

/// Can files be written, read and locked by HDF5, and is there room?
Findings examine_folder(std::filesystem::path const& folder, AllRanks ranks);

/// Do our own locks hold, on one host and between hosts?
Finding examine_locks(std::filesystem::path const& folder, AllRanks ranks);

/// What a scan would take, and what is in its way.
Findings examine_memory(AllRanks ranks);

/// Clocks of hosts, and of the folder's file system.
Findings examine_clocks(AllRanks ranks);

Finding examine_slurm(SlurmFacts const& slurm, AllRanks ranks);

}  // namespace maniple

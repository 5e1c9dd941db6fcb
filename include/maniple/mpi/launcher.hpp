/// \file  What the environment says about who started this process.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace maniple::mpi {

/// Value of an environment variable, or nothing where it is unset.
using Environment = std::function<std::optional<std::string>(char const* name)>;

/// The environment of this process.
std::optional<std::string> process_environment(char const* name);

/// Did something that speaks MPI (mpirun, srun --mpi=pmix) start this process?
bool started_by_launcher(Environment const& environment);

/// Tasks of the Slurm step that this process belongs to; 1 outside a step, in the batch script, and
/// under mpirun, which counts its ranks itself.
std::int64_t slurm_step_tasks(Environment const& environment);

/// Ranks that a launcher started and that MPI does not know of: each would do all the work.
struct LostRanks {
    std::string problem;  ///< "Slurm started 4 tasks but MPI reports one rank (...)".
    std::string advice;
};

/// \param size   of MPI's world, or 1 without MPI.
/// \param linked  the MPI that this program was linked with, e.g. "Open MPI 4.1.4".
std::optional<LostRanks> find_lost_ranks(Environment const& environment, int size,
                                         std::string const& linked);

/// Is this the first of the processes that a launcher started? True where none did. Processes that
/// cannot speak to each other would all say the same.
bool is_first_task(Environment const& environment);

}  // namespace maniple::mpi

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

}  // namespace maniple::mpi

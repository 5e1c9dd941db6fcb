/// \file  A job script for Slurm.
#pragma once

#include <cstdint>
#include <string>

namespace maniple {

/// What to ask Slurm for, and what to run there.
struct SlurmRequest {
    std::int64_t nodes = 1;
    std::int64_t ranks_per_node = 1;  ///< Best one per NUMA domain.
    std::int64_t threads = 1;         ///< CPUs of each rank.
    std::string time;                 ///< As sbatch takes it, e.g. "4:00:00" or "1-12".
    std::string partition;            ///< Empty: the cluster's default.
    std::string account;              ///< Empty: the user's default.
    std::string memory;               ///< Per node, e.g. "16G"; empty: the cluster's default.
    std::string launcher = "pmix";    ///< For srun --mpi.
    std::string command = "scan";     ///< Subcommand of maniple.
    std::string program = "maniple";  ///< How to start this program on the nodes.
    std::string job;                  ///< Job file.
    std::int64_t shards = 0;          ///< Tasks of an array, of a scan; 0: one job.
    std::string run;                  ///< Folder of shards, where there are any.
};

/// The complete script: it requeues itself after exit code 75, and is never submitted
/// here.
/// \throws UserError when a field is nothing that sbatch would take.
std::string slurm_script(SlurmRequest const& request);

}  // namespace maniple

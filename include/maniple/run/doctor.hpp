/// \file  Is this machine fit for a job, and what should be changed?
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "maniple/mpi/communicator.hpp"

namespace maniple {

enum class Health { ok, warning, failure };

/// One line of the report.
struct Finding {
    Health health = Health::ok;
    std::string subject;  ///< E.g. "threads".
    std::string state;    ///< What was found.
    std::string advice;   ///< What to change; empty when ok.
};

struct DoctorPlan {
    std::filesystem::path folder;  ///< Where files are tried.
    std::string mpi;               ///< Implementation, from the session.
};

/// Findings about all ranks on the root; elsewhere empty. Leaves nothing behind in the folder.
/// Collective over comm.
std::vector<Finding> examine(DoctorPlan const& plan, mpi::Communicator const& comm);

}  // namespace maniple

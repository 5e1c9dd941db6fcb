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

using Findings = std::vector<Finding>;

struct DoctorPlan {
    std::filesystem::path folder;  ///< Where files are tried.
    std::string mpi;               ///< Implementation, from the session.
};

/// Findings about all ranks on the root; elsewhere empty. Leaves nothing behind in the folder.
/// Collective over comm.
Findings examine(DoctorPlan const& plan, mpi::Communicator const& comm);

/// "ok", "warn", "fail".
char const* to_string(Health health);

/// The findings for programs: {"findings": [{"health", "subject", "state", "advice"}, ...]}.
std::string describe_json(Findings const& findings);

}  // namespace maniple

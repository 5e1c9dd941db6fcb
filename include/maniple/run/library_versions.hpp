/// \file  Every library below `run`, for --version, run.json and doctor.
#pragma once

#include <vector>

#include "maniple/core/version.hpp"

namespace maniple {

/// In a fixed order. MPI is named by its session.
std::vector<LibraryVersion> library_versions();

}  // namespace maniple

/// \file  Which integer product library this is.
#pragma once

#include <vector>

#include "maniple/core/version.hpp"

namespace maniple {

/// oneDNN, with how it starts threads where it is let.
std::vector<LibraryVersion> linalg_library_versions();

}  // namespace maniple

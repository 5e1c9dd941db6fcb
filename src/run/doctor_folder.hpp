/// \file  What doctor tries in a folder. Private to run.
#pragma once

#include <filesystem>

#include "maniple/run/doctor_facts.hpp"

namespace maniple {

/// Everything of a folder that one rank can find out alone.
FolderFacts probe_folder(std::filesystem::path const& folder);

}  // namespace maniple

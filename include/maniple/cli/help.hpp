/// \file  The texts of --help and --version.
#pragma once

#include <string>

#include "maniple/cli/command.hpp"

namespace maniple::cli {

std::string program_help();
std::string command_help(Command const& command);

/// \param mpi  name and version of the MPI library, from the session.
std::string version_text(std::string const& mpi);

}  // namespace maniple::cli

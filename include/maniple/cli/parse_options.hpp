/// \file  Words and job file to checked option values.
#pragma once

#include <span>
#include <string>

#include <boost/program_options.hpp>

#include "maniple/cli/command.hpp"

namespace maniple::cli {

/// The command's options and, in a group of their own, those that every command has.
boost::program_options::options_description all_options(Command const& command);

/// Values of `command` from the words after its name and from the job file they name. A word wins
/// over the file.
/// \throws UserError for an unknown option, a value of the wrong kind, a missing option or a bad
///         job file.
boost::program_options::variables_map parse_options(Command const& command,
                                                    std::span<std::string const> words);

}  // namespace maniple::cli

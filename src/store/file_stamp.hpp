/// \file  Are files still the same? Private to this module.
#pragma once

#include <filesystem>
#include <string>

namespace maniple {

/// Size and time of change of a file, and a checksum of its first and last 64 KiB.
/// \throws EnvironmentError.
std::string file_stamp(std::filesystem::path const& file);

/// \throws UserError: a place of another file.
[[noreturn]] void throw_no_such_place(std::string const& file);

}  // namespace maniple

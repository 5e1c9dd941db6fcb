/// \file  Versions, for reports and records. Never part of a result file.
#pragma once

#include <string>
#include <string_view>

namespace maniple {

/// Version of this program; equal to that of the CMake project, which a test checks.
inline constexpr std::string_view program_version = "0.1.0";

/// A library that this program was linked with, as it describes itself at run time.
struct LibraryVersion {
    std::string name;
    std::string version;
};

}  // namespace maniple

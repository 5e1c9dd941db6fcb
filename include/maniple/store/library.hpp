/// \file  Which libraries read and write our files.
#pragma once

#include <vector>

#include "maniple/core/version.hpp"

namespace maniple {

/// HDF5, htslib, libdeflate, zlib and zstd.
std::vector<LibraryVersion> store_library_versions();

}  // namespace maniple

/// \file  HDF5 files that are whole as such, and say what no writer of ours says.
#pragma once

#include <filesystem>

#include "scratch.hpp"

namespace maniple::fuzz {

/// A copy of `good` in the file `name` of this process, changed as the input says: attributes and
/// datasets set, replaced or removed, chunks and bytes overwritten. No input: an equal copy.
std::filesystem::path write_hostile_file(std::filesystem::path const& good, std::string_view name,
                                         Input input);

}  // namespace maniple::fuzz

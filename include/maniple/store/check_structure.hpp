/// \file  Whether a file is whole beside what its reader looks at.
#pragma once

#include <filesystem>

namespace maniple {

/// HDF5's checksums of every piece of a file's structure. Readers check values and what leads to
/// them; other programs need the rest as well, for instance to list a file.
/// \throws CorruptInput, EnvironmentError.
void check_structure(std::filesystem::path const& file);

}  // namespace maniple

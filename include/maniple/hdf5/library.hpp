/// \file  Which HDF5 this is.
#pragma once

#include "maniple/core/version.hpp"

namespace maniple::hdf5 {

/// E.g. "HDF5", "1.10.8 (parallel build)".
LibraryVersion library_version();

}  // namespace maniple::hdf5

#include "maniple/hdf5/library.hpp"

#include <hdf5.h>

#include <fmt/format.h>

namespace maniple::hdf5 {

LibraryVersion library_version() {
    unsigned major = 0;
    unsigned minor = 0;
    unsigned release = 0;
    H5get_libversion(&major, &minor, &release);
#ifdef H5_HAVE_PARALLEL
    char const* const build = "parallel build";
#else
    char const* const build = "serial build";
#endif
    return {"HDF5", fmt::format("{}.{}.{} ({})", major, minor, release, build)};
}

}  // namespace maniple::hdf5

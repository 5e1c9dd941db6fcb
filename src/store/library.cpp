#include "maniple/store/library.hpp"

#include <htslib/hts.h>
#include <libdeflate.h>
#include <zlib.h>
#include <zstd.h>

#include "maniple/hdf5/library.hpp"

namespace maniple {

std::vector<LibraryVersion> store_library_versions() {
    return {
        hdf5::library_version(),
        {"htslib", hts_version()},
        {"libdeflate", LIBDEFLATE_VERSION_STRING},
        {"zlib", zlibVersion()},
        {"zstd", ZSTD_versionString()},
    };
}

}  // namespace maniple

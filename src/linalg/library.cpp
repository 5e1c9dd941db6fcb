#include "maniple/linalg/library.hpp"

#include <dnnl.h>

#include <fmt/format.h>

namespace maniple {
namespace {

char const* name_of_runtime(unsigned runtime) {
    switch (runtime) {
        case DNNL_RUNTIME_SEQ:
            return "serial";
        case DNNL_RUNTIME_OMP:
            return "OpenMP";
        case DNNL_RUNTIME_TBB:
            return "TBB";
        default:
            return "threads of its own";
    }
}

}  // namespace

std::vector<LibraryVersion> linalg_library_versions() {
    auto const* const onednn = dnnl_version();
    return {{"oneDNN", fmt::format("{}.{}.{} ({})", onednn->major, onednn->minor, onednn->patch,
                                   name_of_runtime(onednn->cpu_runtime))}};
}

}  // namespace maniple

#include "maniple/run/library_versions.hpp"

#include "maniple/linalg/library.hpp"
#include "maniple/store/library.hpp"

namespace maniple {

std::vector<LibraryVersion> library_versions() {
    auto versions = store_library_versions();
    for (auto& version : linalg_library_versions()) versions.push_back(std::move(version));
    return versions;
}

}  // namespace maniple

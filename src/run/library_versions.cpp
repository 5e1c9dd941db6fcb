#include "maniple/run/library_versions.hpp"

#include "maniple/store/library.hpp"

namespace maniple {

std::vector<LibraryVersion> library_versions() { return store_library_versions(); }

}  // namespace maniple

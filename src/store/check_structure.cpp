#include "maniple/store/check_structure.hpp"

#include "maniple/hdf5/file.hpp"

namespace maniple {

void check_structure(std::filesystem::path const& file) {
    hdf5::File::open(file).check_structure();
}

}  // namespace maniple

#include "checked.hpp"

#include <array>
#include <string>

#include <fmt/format.h>

#include "maniple/core/error.hpp"

namespace maniple::mpi {

void check(int code, char const* action) {
    if (code == MPI_SUCCESS) return;
    std::array<char, MPI_MAX_ERROR_STRING> text{};
    int length = 0;
    MPI_Error_string(code, text.data(), &length);
    throw EnvironmentError{
        fmt::format("MPI could not {} ({}); try 'maniple doctor' under the same launcher", action,
                    std::string(text.data(), static_cast<std::size_t>(length)))};
}

}  // namespace maniple::mpi

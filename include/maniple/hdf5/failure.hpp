/// \file  What a refusal of HDF5 means: a damaged file, or a machine that said no.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace maniple::hdf5 {

enum class Access { read, write };

/// The file an object lives in.
struct Origin {
    std::filesystem::path path;
    Access access = Access::read;
    std::int64_t bytes = 0;  ///< Size of the file when it was opened for reading.
};

/// Throw for the HDF5 call that has just failed, with the innermost description of its error stack.
/// \param action  completes "could not", e.g. "read dataset 'beta'".
/// \throws EnvironmentError where the operating system refused or the file is being written;
///         CorruptInput where a file that is being read does not make sense.
[[noreturn]] void fail(Origin const& origin, std::string_view action);

/// Throw CorruptInput: `origin` holds something else than it should.
[[noreturn]] void reject(Origin const& origin, std::string_view problem);

}  // namespace maniple::hdf5

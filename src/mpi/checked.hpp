/// \file  MPI calls whose failures become exceptions. Private to this module.
#pragma once

#include <mpi.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

namespace maniple::mpi {

/// Tags above `largest_tag`, for messages between the parts of this module.
inline constexpr int gather_tag = 32'001;
inline constexpr int words_tag = 32'002;
inline constexpr int farewell_tag = 32'003;

/// Most bytes passed to MPI at once. It counts in `int`; far fewer are as fast, and small enough
/// for a test to cross.
inline constexpr std::int64_t chunk_bytes = std::int64_t{1} << 26;

/// \throws EnvironmentError naming `action` when `code` is a failure.
void check(int code, char const* action);

/// The next at most `limit` elements of `values` from `start` on; fewer only at the end.
template <class T>
std::span<T> chunk_from(std::span<T> values, std::size_t start, std::int64_t limit) {
    return values.subspan(start, std::min(values.size() - start, static_cast<std::size_t>(limit)));
}

}  // namespace maniple::mpi

/// \file  Large blocks of memory, on large pages where the system gives them.
#pragma once

#include <cstddef>

namespace maniple {

/// From this size on [bytes] memory is worth pages of its own.
inline constexpr std::size_t large_memory = std::size_t{4} << 20;

/// Zeros, at a multiple of 64 bytes. They take real memory only once they are touched, and few
/// entries of the processor's page tables.
/// \pre   bytes >= large_memory
/// \throws std::bad_alloc
void* allocate_zeroed(std::size_t bytes);

/// Give back what allocate_zeroed(bytes) returned.
void release_zeroed(void* memory, std::size_t bytes) noexcept;

}  // namespace maniple

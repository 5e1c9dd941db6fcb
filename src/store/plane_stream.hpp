/// \file  zlib streams of byte planes, written at the speed of memory. Private to store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace maniple {

/// Append to `target` one zlib stream (RFC 1950) that inflates to the planes, each padded with
/// zeros to `plane_bytes`. A plane is stored as it is, or Huffman coded where that makes it
/// smaller, or written as runs of equal bytes: the planes of a mantissa are noise, and looking for
/// repeated strings in them costs more than everything else. What is done with a plane depends on
/// its bytes alone. Serial and re-entrant.
/// \pre   planes.size() == count * values; 0 < values <= plane_bytes; count > 0
void deflate_planes(std::span<std::byte const> planes, std::int64_t count, std::int64_t values,
                    std::int64_t plane_bytes, std::vector<std::byte>& target);

}  // namespace maniple

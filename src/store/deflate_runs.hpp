/// \file  zlib streams that inflate nearly as fast as they are copied. Serial and re-entrant.
/// Private to store.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace maniple {

/// A row is deflated where on average so many bytes lie between two that differ from their
/// predecessor. Inflating then costs 0.07 ms (1,000 bytes between them, 480 times smaller) to 0.16
/// ms (64 bytes, 63 times smaller) a MB of rows, where copying costs 0.07, reading from the page
/// cache about 0.1, and inflating rows of common variants 0.8 to 1.4 (libdeflate 1.14 on a 2023
/// server core; Zstandard 0.5 to 1.1). With 32 it would be 0.26, with 16 0.41.
inline constexpr std::size_t bytes_between_changes = 64;

/// Deflate the rows of `bytes` that consist of long runs, as those of rare variants do, and store
/// the others as they are: one ordinary zlib stream that replaces `stream`. False, and `stream`
/// undefined, where it would be longer than `most` bytes. Equal input gives equal streams.
/// \pre   bytes.size() is a multiple of row_bytes, which is not 0
bool deflate_runs(std::span<std::byte const> bytes, std::size_t row_bytes, std::size_t most,
                  std::vector<std::byte>& stream);

}  // namespace maniple

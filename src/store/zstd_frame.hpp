/// \file  Zstandard frames, as HDF5's filter 32015 reads them. Serial and re-entrant. Private to
/// store.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace maniple {

/// On packed genotypes level 3 saves nothing over level 1, which is the fastest of the three.
inline constexpr int zstd_level = 1;

/// Compress `bytes` into one frame, replacing it. False, and `frame` undefined, where it would be
/// longer than `most` bytes. Equal input gives equal frames.
bool compress_frame(std::span<std::byte const> bytes, std::size_t most,
                    std::vector<std::byte>& frame);

/// Decompress a frame that must say that it holds exactly bytes.size() bytes, and do; false where
/// it does not, or is damaged. Takes no memory that depends on what the frame says.
bool decompress_frame(std::span<std::byte const> frame, std::span<std::byte> bytes);

}  // namespace maniple

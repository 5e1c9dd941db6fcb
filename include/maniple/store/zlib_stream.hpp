/// \file  Bytes as a zlib stream, for readers that are no programs of ours.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace maniple {

/// A zlib stream (RFC 1950), as small as libdeflate's level 9 makes it. Equal input gives equal
/// streams. Serial and re-entrant.
std::vector<std::byte> to_zlib_stream(std::span<std::byte const> bytes);

}  // namespace maniple

/// \file  zlib streams, as HDF5's deflate filter reads them. Serial and re-entrant. Private to
/// store.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace maniple {

/// Deflate `bytes` into `stream`, replacing it. False, and `stream` undefined, where the stream
/// would be longer than `most` bytes. Equal input gives equal streams.
bool deflate(std::span<std::byte const> bytes, std::size_t most, std::vector<std::byte>& stream);

/// Inflate a stream that must hold exactly bytes.size() bytes; false where it does not, or is
/// damaged.
bool inflate(std::span<std::byte const> stream, std::span<std::byte> bytes);

/// Byte i of every element after byte i - 1 of all: HDF5's shuffle filter.
/// \pre   shuffled.size() == bytes.size(), a multiple of element_bytes
void shuffle(std::span<std::byte const> bytes, std::size_t element_bytes,
             std::span<std::byte> shuffled);

}  // namespace maniple

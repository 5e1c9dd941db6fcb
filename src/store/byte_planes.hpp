/// \file  Numbers as planes of bytes (HDF5's shuffle filter), and back. Serial and re-entrant.
/// Private to store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace maniple {

/// Byte b of every value into plane b; NaNs become the quiet NaN without payload on the way, as
/// equal results must have equal bytes. \pre planes.size() == values.size() * sizeof(value)
void to_planes(std::span<double const> values, std::span<std::byte> planes);
void to_planes(std::span<float const> values, std::span<std::byte> planes);
void to_planes(std::span<std::int32_t const> values, std::span<std::byte> planes);
void to_planes(std::span<std::uint8_t const> values, std::span<std::byte> planes);

/// Values of `value_bytes` each from planes; the inverse of to_planes.
/// \pre value_bytes is 1, 4 or 8; values.size() == planes.size(), a multiple of value_bytes
void from_planes(std::span<std::byte const> planes, int value_bytes, std::span<std::byte> values);

}  // namespace maniple

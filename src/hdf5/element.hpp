/// \file  HDF5's types of our elements. Private to this module.
#pragma once

#include <cstdint>

#include "maniple/hdf5/dataset.hpp"
#include "maniple/hdf5/handle.hpp"

namespace maniple::hdf5 {

/// Zstandard's number in the list of filters that The HDF Group registers.
inline constexpr H5Z_filter_t zstd_filter = 32015;

template <class T>
inline constexpr Element element_of = Element::text;
template <>
inline constexpr Element element_of<std::uint8_t> = Element::uint8;
template <>
inline constexpr Element element_of<std::int32_t> = Element::int32;
template <>
inline constexpr Element element_of<std::int64_t> = Element::int64;
template <>
inline constexpr Element element_of<std::uint64_t> = Element::uint64;
template <>
inline constexpr Element element_of<float> = Element::float32;
template <>
inline constexpr Element element_of<double> = Element::float64;

hid_t stored_type(Element element);  ///< In files: little-endian. \pre not text
hid_t memory_type(Element element);  ///< \pre not text

/// Fixed-length UTF-8, padded with NUL. A length of 0 becomes 1: HDF5 has no empty type.
TypeHandle text_type(std::int64_t bytes);

}  // namespace maniple::hdf5

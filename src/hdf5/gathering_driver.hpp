/// \file  Writes of files in large pieces. Private to this module.
#pragma once

#include <cstdint>

#include "maniple/hdf5/file.hpp"
#include "maniple/hdf5/handle.hpp"

namespace maniple::hdf5 {

/// Let files of these access properties gather what HDF5 writes one piece behind the other, and
/// hand it to the operating system 64 KiB at a time: chunks of a few kilobytes cost half as much
/// again on their own, for the rest of the last page is cleared for each of them. With
/// Caching::start pieces of 512 KiB go past the cache. The bytes of the file do not change.
/// Negative for failure.
herr_t gather_writes(hid_t access_properties, Caching caching);

/// Memory for that, of a file of so many bytes.
std::int64_t gathered_bytes(std::int64_t file_bytes, Caching caching);

}  // namespace maniple::hdf5

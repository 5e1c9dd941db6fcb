/// \file  Writes of files in large pieces. Private to this module.
#pragma once

#include "maniple/hdf5/handle.hpp"

namespace maniple::hdf5 {

/// Let files of these access properties gather what HDF5 writes one piece behind the other, and
/// hand it to the operating system 64 KiB at a time: chunks of a few kilobytes cost half as much
/// again on their own, for the rest of the last page is cleared for each of them. (Much larger
/// writes are slow where memory comes in small pages.) The bytes of the file do not change.
/// Negative for failure.
herr_t gather_writes(hid_t access_properties);

}  // namespace maniple::hdf5

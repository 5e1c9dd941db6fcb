/// \file  Ownership of HDF5 identifiers.
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <utility>

namespace maniple::hdf5 {

/// How many handles could not be closed so far: what one of them still had to write may be lost.
inline std::int64_t failed_closes = 0;

/// Sole owner of one HDF5 identifier. `Close` is the matching C function, e.g. H5Dclose.
template <auto Close>
class Handle {
public:
    Handle() = default;
    /// Takes ownership; a negative `id` is "none".
    explicit Handle(hid_t id) : id_{id} {}
    ~Handle() { reset(); }
    Handle(Handle&& other) noexcept : id_{std::exchange(other.id_, -1)} {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(id_, other.id_);
        return *this;
    }

    bool valid() const { return id_ >= 0; }
    hid_t get() const { return id_; }
    /// Close now. Returns what the C function says, negative for failure; 0 where there is nothing.
    herr_t reset() {
        auto const closed = valid() ? Close(std::exchange(id_, -1)) : 0;
        if (closed < 0) ++failed_closes;
        return closed;
    }
    /// Never close it.
    void abandon() { id_ = -1; }

private:
    hid_t id_ = -1;
};

using FileHandle = Handle<H5Fclose>;
using DatasetHandle = Handle<H5Dclose>;
using SpaceHandle = Handle<H5Sclose>;
using TypeHandle = Handle<H5Tclose>;
using AttributeHandle = Handle<H5Aclose>;
using PropertiesHandle = Handle<H5Pclose>;

}  // namespace maniple::hdf5

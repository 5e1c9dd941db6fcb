/// \file  Compressed chunks read as bytes and inflated by us. Private to store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "maniple/hdf5/dataset.hpp"

namespace maniple {

/// The chunk that starts at (row, column), inflated: `bytes` of them, still shuffled.
/// \throws CorruptInput where there is no such chunk or it has another size.
std::vector<std::byte> read_packed_chunk(hdf5::Dataset const& dataset, hdf5::Origin const& origin,
                                         std::int64_t row, std::int64_t column, std::int64_t bytes);

/// The first `values` bytes of each of `count` planes. \pre there are as many
std::vector<std::byte> without_padding(std::span<std::byte const> planes, std::int64_t count,
                                       std::int64_t values);

}  // namespace maniple

/// \file  Chunks of one column of a matrix of numbers, compressed by us. Private to store.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "deflate.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/hdf5/dataset.hpp"

namespace maniple {

/// Write the values that start at (row, column) as one chunk of chunk_rows x 1 of a dataset with
/// the filters shuffle and deflate; several times as fast as through HDF5, whose deflate is zlib's.
/// \pre   values.size() <= chunk_rows; fewer only in the last chunk, which is padded with zeros
template <class T>
void write_shuffled_chunk(hdf5::Dataset& dataset, std::int64_t row, std::int64_t column,
                          std::span<T const> values, std::int64_t chunk_rows) {
    expect(std::ssize(values) <= chunk_rows, "values fit their chunk");

    std::vector<T> whole(static_cast<std::size_t>(chunk_rows));
    std::ranges::copy(values, whole.begin());
    std::vector<std::byte> shuffled(whole.size() * sizeof(T));
    shuffle(std::as_bytes(std::span{whole}), sizeof(T), shuffled);
    std::vector<std::byte> stream;
    auto const fits = deflate(shuffled, SIZE_MAX, stream);
    expect(fits, "a stream of any length is allowed");
    dataset.write_chunk(row, column, 0, stream);
}

}  // namespace maniple

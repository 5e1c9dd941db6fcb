/// \file  Chunks of one column of a matrix of numbers, compressed by us. Private to store.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "byte_planes.hpp"
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

/// Memory for reading chunks of doubles, reused.
struct ShuffledChunk {
    std::vector<std::byte> stored;
    std::vector<std::byte> planes;  ///< As many bytes as the chunk has.
    std::vector<double> chunk;
};

/// Read what `write_shuffled_chunk` wrote into `buffers.chunk`; false where it cannot be inflated.
inline bool read_shuffled_chunk(hdf5::Dataset const& dataset, std::int64_t row, std::int64_t column,
                                ShuffledChunk& buffers) {
    auto const bytes = dataset.chunk_bytes(row, column);
    if (bytes <= 0 || bytes > 2 * std::ssize(buffers.planes) + 1024) return false;
    buffers.stored.resize(static_cast<std::size_t>(bytes));
    if (dataset.read_chunk(row, column, buffers.stored) != 0) return false;
    if (!inflate(buffers.stored, buffers.planes)) return false;
    from_planes(buffers.planes, sizeof(double), std::as_writable_bytes(std::span{buffers.chunk}));
    return true;
}

}  // namespace maniple

/// \file  Rows of a compressed dataset, one chunk in memory at a time. Private to store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/hdf5/file.hpp"

namespace maniple {

/// Reads a dataset of `write_numbers` or `write_texts` front to back: each chunk is inflated once,
/// several times as fast as through HDF5, and memory does not grow with the dataset.
class ColumnReader {
public:
    /// \param columns  0: one dimension. \throws CorruptInput where the dataset is another one.
    ColumnReader(hdf5::File const& file, std::string const& name, hdf5::Element element,
                 std::int64_t rows, std::int64_t columns = 0);

    std::int64_t element_bytes() const { return element_bytes_; }

    /// The elements of `rows` rows, replacing `bytes`.
    /// \pre first >= 0, rows >= 0, first + rows are inside the dataset
    /// \throws CorruptInput where a chunk cannot be inflated.
    void read(std::int64_t first, std::int64_t rows, std::vector<std::byte>& bytes);

private:
    void load(std::int64_t chunk);

    hdf5::File const& file_;
    hdf5::Dataset dataset_;
    hdf5::Filter filter_;
    std::int64_t element_bytes_ = 0;
    std::int64_t row_bytes_ = 0;
    std::int64_t chunk_rows_ = 0;
    std::int64_t loaded_ = -1;
    std::vector<std::byte> chunk_;
    std::vector<std::byte> stored_;
};

/// A text of fixed length without its padding.
std::string unpadded(std::span<std::byte const> text);

}  // namespace maniple

/// \file  Arrays of one or two dimensions in an HDF5 file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "maniple/hdf5/failure.hpp"
#include "maniple/hdf5/handle.hpp"

namespace maniple::hdf5 {

/// What one element is. In the file all numbers are little-endian.
enum class Element { uint8, int32, int64, uint64, float32, float64, text };

/// What HDF5 says of a dataset's chunks. It applies deflate and shuffle itself; zstd (its
/// registered filter 32015) is only written and read as whole chunks, by whoever compresses them.
enum class Filter { none, deflate, shuffle_deflate, zstd };
enum class Rows { fixed, growing };

/// How much smaller than its values a stream can be at the very most.
inline constexpr std::int64_t largest_deflate_ratio = 1032;
inline constexpr std::int64_t largest_zstd_ratio = 32'768;

/// What a new dataset looks like.
struct DatasetPlan {
    Element element = Element::uint8;
    std::int64_t text_bytes = 0;  ///< Fixed length of UTF-8, padded with NUL; text only.
    std::int64_t rows = 0;
    std::int64_t columns = 0;     ///< 0: the dataset has one dimension.
    std::int64_t chunk_rows = 0;  ///< 0: contiguous.
    std::int64_t chunk_columns = 1;
    Filter filter = Filter::none;  ///< Needs chunks.
    int level = 1;                 ///< Of zstd, for programs that want to know it.
    Rows growth = Rows::fixed;     ///< Growing needs chunks.
};

/// Rows and columns that start at (first_row, first_column).
struct Region {
    std::int64_t first_row = 0;
    std::int64_t rows = 0;
    std::int64_t first_column = 0;
    std::int64_t columns = 1;
};

/// One dataset. T is one of std::uint8_t, std::int32_t, std::int64_t, std::uint64_t, float, double
/// and must be the dataset's own element: values are never converted. As HDF5 itself, for one
/// thread at a time. Failures throw as `fail` says.
class Dataset {
public:
    Dataset(DatasetHandle handle, std::shared_ptr<Origin const> origin, std::string name);

    std::string const& name() const { return name_; }
    std::int64_t rows() const { return rows_; }
    std::int64_t columns() const { return columns_; }  ///< 0: one dimension.
    std::int64_t text_bytes() const;                   ///< \throws CorruptInput unless text.

    /// \throws CorruptInput unless the extents are these.
    void require_extent(std::int64_t rows, std::int64_t columns = 0) const;
    /// \throws CorruptInput unless chunks are rows x columns.
    void require_chunk(std::int64_t rows, std::int64_t columns) const;
    /// Rows of each chunk. \throws CorruptInput unless chunks hold all columns.
    std::int64_t chunk_rows() const;
    /// \throws CorruptInput where the filters are none that this module writes.
    Filter filter() const;
    std::int64_t element_bytes() const;
    /// \throws CorruptInput unless elements are of this type, texts of any fixed length.
    void require_element(Element element) const;

    /// To be asked before memory is taken for all of it, or for what it leads to expect.
    /// \param largest_ratio  by which its filter may shrink values.
    /// \throws CorruptInput where a file this small cannot hold so many values of that size.
    void require_possible(std::int64_t element_bytes,
                          std::int64_t largest_ratio = largest_deflate_ratio) const;

    /// Row-major values of a region. What is compressed is read chunk by chunk instead, by whoever
    /// checks how much comes out: HDF5 (1.10) reads on behind a chunk that turns out too short.
    /// \pre values.size() == region's elements, inside the dataset
    /// \throws CorruptInput also where what is to be read is compressed.
    template <class T>
    void write(Region region, std::span<T const> values);
    template <class T>
    void read(Region region, std::span<T> values) const;

    /// All values of a dataset. Reading refuses sizes that a file this small cannot hold.
    template <class T>
    void write_all(std::span<T const> values);
    template <class T>
    std::vector<T> read_all() const;

    /// Texts of a region, without the padding. \pre every text fits text_bytes().
    void write_texts(Region region, std::span<std::string_view const> texts);
    /// Appends to `texts`; compressed ones are refused, as by `read`. A row range should be small:
    /// all of it is in memory with its padding.
    void read_texts(Region region, std::vector<std::string>& texts) const;

    /// \pre the dataset was created growing
    void resize(std::int64_t rows);

    /// Write one chunk as it shall lie in the file. `skipped_filters`: bit i set when filter i was
    /// not applied. \pre (row, column) is the first element of a chunk
    void write_chunk(std::int64_t row, std::int64_t column, std::uint32_t skipped_filters,
                     std::span<std::byte const> bytes);
    /// Bytes of one stored chunk; 0 where there is none.
    std::int64_t chunk_bytes(std::int64_t row, std::int64_t column) const;
    /// Read one chunk as it lies in the file straight into `bytes`; returns the skipped filters.
    /// \pre bytes.size() == chunk_bytes(row, column) and not 0. Asking again would cost a look-up,
    /// so
    ///      that this is not verified: HDF5 would write past the end.
    std::uint32_t read_chunk(std::int64_t row, std::int64_t column,
                             std::span<std::byte> bytes) const;

private:
    std::string action(std::string_view verb) const;
    SpaceHandle select(Region region) const;
    void require_type(hid_t type) const;
    void require_plain() const;

    DatasetHandle handle_;
    std::shared_ptr<Origin const> origin_;
    std::string name_;
    std::int64_t rows_ = 0;
    std::int64_t columns_ = 0;
};

}  // namespace maniple::hdf5

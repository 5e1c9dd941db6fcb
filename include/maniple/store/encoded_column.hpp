/// \file  One column of results, compressed by whoever computed it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace maniple {

/// View of one encoded column inside a run of bytes that somebody else owns: type and number of its
/// values, their checksum, and the zlib stream as it will lie in results.h5. The bytes say how
/// many they are, so that a run of columns is taken apart from its front, and they are the same on
/// every machine of a run: they travel by MPI as they are.
class EncodedColumn {
public:
    /// Is there a column at the front of `bytes`, as far as its description goes?
    static bool is_at(std::span<std::byte const> bytes);

    /// The column at the front of `bytes`; what follows belongs to others.
    /// \pre is_at(bytes)
    explicit EncodedColumn(std::span<std::byte const> bytes);

    std::span<std::byte const> bytes() const { return bytes_; }  ///< All of the column.
    std::span<std::byte const> stream() const;                   ///< The zlib stream.
    std::int64_t rows() const;                                   ///< Values.
    std::int64_t chunk_rows() const;                             ///< Values with the padding.
    int value_bytes() const;
    std::uint64_t checksum() const;  ///< Of the values.

private:
    std::span<std::byte const> bytes_;
};

/// Append one encoded column to `target`: the values that start at the first row of a row chunk,
/// padded with zeros to chunk_rows, bytes shuffled and deflated. NaNs are made the same NaN. Equal
/// values give equal bytes. Serial and re-entrant; a column that many traits share is encoded once.
/// \pre 0 < values.size() <= chunk_rows
void encode_results(std::span<double const> values, std::int64_t chunk_rows,
                    std::vector<std::byte>& target);
void encode_results(std::span<float const> values, std::int64_t chunk_rows,
                    std::vector<std::byte>& target);
void encode_results(std::span<std::int32_t const> values, std::int64_t chunk_rows,
                    std::vector<std::byte>& target);
void encode_results(std::span<std::uint8_t const> values, std::int64_t chunk_rows,
                    std::vector<std::byte>& target);

/// The values of a column, without padding; empty where its stream is damaged.
/// \pre the column was encoded from this type
template <class T>
std::vector<T> decode_results(EncodedColumn column);
extern template std::vector<float> decode_results(EncodedColumn column);
extern template std::vector<std::uint8_t> decode_results(EncodedColumn column);

}  // namespace maniple

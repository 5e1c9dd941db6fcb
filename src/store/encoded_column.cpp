#include "maniple/store/encoded_column.hpp"

#include <cstring>

#include "byte_planes.hpp"
#include "deflate.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/contract.hpp"
#include "plane_stream.hpp"

namespace maniple {
namespace {

// What stands before the stream.
struct Description {
    std::uint64_t bytes;  // Of the column, with this.
    std::int64_t rows;
    std::int64_t chunk_rows;
    std::uint64_t value_bytes;
    std::uint64_t checksum;
};

// Columns lie in a run of bytes without gaps: nothing is aligned.
Description describe(std::span<std::byte const> bytes) {
    Description description;
    std::memcpy(&description, bytes.data(), sizeof description);
    return description;
}

template <class T>
void encode(std::span<T const> values, std::int64_t chunk_rows, std::vector<std::byte>& target) {
    expect(!values.empty() && std::ssize(values) <= chunk_rows,
           "there are values, and they fit their chunk");

    thread_local std::vector<std::byte> planes;
    planes.resize(values.size_bytes());
    to_planes(values, planes);
    Description description{.bytes = 0,
                            .rows = std::ssize(values),
                            .chunk_rows = chunk_rows,
                            .value_bytes = sizeof(T),
                            .checksum = checksum(std::span<std::byte const>{planes})};
    auto const start = target.size();
    target.resize(start + sizeof description);
    deflate_planes(planes, sizeof(T), std::ssize(values), chunk_rows, target);
    description.bytes = target.size() - start;
    std::memcpy(target.data() + start, &description, sizeof description);
}

}  // namespace

bool EncodedColumn::is_at(std::span<std::byte const> bytes) {
    if (bytes.size() <= sizeof(Description)) return false;
    auto const size = describe(bytes).bytes;
    return size > sizeof(Description) && size <= bytes.size();
}

EncodedColumn::EncodedColumn(std::span<std::byte const> bytes) {
    expect(is_at(bytes), "there is an encoded column");

    bytes_ = bytes.first(describe(bytes).bytes);
}

std::span<std::byte const> EncodedColumn::stream() const {
    return bytes_.subspan(sizeof(Description));
}

std::int64_t EncodedColumn::rows() const { return describe(bytes_).rows; }

std::int64_t EncodedColumn::chunk_rows() const { return describe(bytes_).chunk_rows; }

int EncodedColumn::value_bytes() const { return static_cast<int>(describe(bytes_).value_bytes); }

std::uint64_t EncodedColumn::checksum() const { return describe(bytes_).checksum; }

void encode_results(std::span<double const> values, std::int64_t chunk_rows,
                    std::vector<std::byte>& target) {
    encode(values, chunk_rows, target);
}

void encode_results(std::span<float const> values, std::int64_t chunk_rows,
                    std::vector<std::byte>& target) {
    encode(values, chunk_rows, target);
}

void encode_results(std::span<std::int32_t const> values, std::int64_t chunk_rows,
                    std::vector<std::byte>& target) {
    encode(values, chunk_rows, target);
}

void encode_results(std::span<std::uint8_t const> values, std::int64_t chunk_rows,
                    std::vector<std::byte>& target) {
    encode(values, chunk_rows, target);
}

template <class T>
std::vector<T> decode_results(EncodedColumn column) {
    expect(column.value_bytes() == sizeof(T), "the column has this type");

    std::vector<T> values(static_cast<std::size_t>(column.chunk_rows()));
    std::vector<std::byte> planes(values.size() * sizeof(T));
    if (!inflate(column.stream(), planes)) return {};
    from_planes(planes, sizeof(T), std::as_writable_bytes(std::span{values}));
    values.resize(static_cast<std::size_t>(column.rows()));
    return values;
}

template std::vector<float> decode_results(EncodedColumn column);
template std::vector<std::uint8_t> decode_results(EncodedColumn column);

}  // namespace maniple

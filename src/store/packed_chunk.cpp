#include "packed_chunk.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "deflate.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {

std::vector<std::byte> read_packed_chunk(hdf5::Dataset const& dataset, hdf5::Origin const& origin,
                                         std::int64_t row, std::int64_t column,
                                         std::int64_t bytes) {
    auto const refuse = [&] [[noreturn]] (char const* problem) {
        hdf5::reject(origin, fmt::format("dataset '{}', chunk at row {}, column {}: {}",
                                         dataset.name(), row, column, problem));
    };
    auto const stored = dataset.chunk_bytes(row, column);
    if (stored <= 0 || stored > origin.bytes) refuse("it is not there");
    if (bytes / hdf5::largest_deflate_ratio > stored) refuse("it is too small for its values");
    std::vector<std::byte> stream(static_cast<std::size_t>(stored));
    if (dataset.read_chunk(row, column, stream) != 0) refuse("it is not compressed");
    std::vector<std::byte> chunk(static_cast<std::size_t>(bytes));
    if (!inflate(stream, chunk)) refuse("it cannot be inflated");
    return chunk;
}

std::vector<std::byte> without_padding(std::span<std::byte const> planes, std::int64_t count,
                                       std::int64_t values) {
    expect(count > 0 && std::ssize(planes) % count == 0, "planes have the same size");
    expect(count * values <= std::ssize(planes), "planes have these values");

    auto const padded = planes.size() / static_cast<std::size_t>(count);
    auto const size = static_cast<std::size_t>(values);
    std::vector<std::byte> compact;
    compact.reserve(static_cast<std::size_t>(count) * size);
    for (std::size_t first = 0; first < planes.size(); first += padded) {
        auto const plane = planes.subspan(first, size);
        compact.insert(compact.end(), plane.begin(), plane.end());
    }
    return compact;
}

}  // namespace maniple

#include "byte_planes.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

static_assert(std::endian::native == std::endian::little, "files are little-endian");

// Sixteen bytes: every processor of our architectures has registers of this size.
using Bytes16 [[gnu::vector_size(16)]] = unsigned char;

constexpr std::size_t lane = 16;

template <std::size_t size>
using Registers = std::array<Bytes16, size>;

// With the registers as one run of bytes: element i of the first half, then of the second half,
// for every i. This rotates the bits of each byte's position by one, and so four times turns
// [value][byte] of sixteen values into [byte][value].
template <std::size_t size>
Registers<size> interleave_halves(Registers<size> const& in) {
    Registers<size> out;
    for (std::size_t i = 0; i < size / 2; ++i) {
        auto const a = in[i];
        auto const b = in[i + size / 2];
        out[2 * i] =
            __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
        out[2 * i + 1] = __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29,
                                                 14, 30, 15, 31);
    }
    return out;
}

template <class T>
T canonical(T value) {
    if constexpr (std::is_floating_point_v<T>) {
        return std::isnan(value) ? std::numeric_limits<T>::quiet_NaN() : value;
    }
    return value;
}

template <class T>
Bytes16 load(T const* values) {
    using Values [[gnu::vector_size(16)]] = T;
    Values loaded;
    std::memcpy(&loaded, values, lane);
    if constexpr (std::is_floating_point_v<T>) {
        Values const nan = Values{} + std::numeric_limits<T>::quiet_NaN();
        loaded = loaded != loaded ? nan : loaded;
    }
    return reinterpret_cast<Bytes16>(loaded);
}

template <class T>
void split(std::span<T const> values, std::span<std::byte> planes) {
    constexpr auto width = sizeof(T);
    expect(planes.size() == values.size() * width, "planes have the size of the values");

    auto const count = values.size();
    std::size_t i = 0;
    for (; i + lane <= count; i += lane) {
        Registers<width> block;
        for (std::size_t r = 0; r < width; ++r) {
            block[r] = load(values.data() + i + r * lane / width);
        }
        for (int round = 0; round < 4; ++round) block = interleave_halves(block);
        for (std::size_t b = 0; b < width; ++b) {
            std::memcpy(planes.data() + b * count + i, &block[b], lane);
        }
    }
    for (; i < count; ++i) {
        auto const bytes = std::bit_cast<std::array<std::byte, width>>(canonical(values[i]));
        for (std::size_t b = 0; b < width; ++b) planes[b * count + i] = bytes[b];
    }
}

template <std::size_t width>
void join(std::span<std::byte const> planes, std::span<std::byte> values) {
    auto const count = planes.size() / width;
    std::size_t i = 0;
    for (; i + lane <= count; i += lane) {
        Registers<width> block;
        for (std::size_t b = 0; b < width; ++b) {
            std::memcpy(&block[b], planes.data() + b * count + i, lane);
        }
        for (std::size_t round = 1; round < width; round *= 2) block = interleave_halves(block);
        std::memcpy(values.data() + i * width, block.data(), width * lane);
    }
    for (; i < count; ++i) {
        for (std::size_t b = 0; b < width; ++b) values[i * width + b] = planes[b * count + i];
    }
}

}  // namespace

void to_planes(std::span<double const> values, std::span<std::byte> planes) {
    split(values, planes);
}

void to_planes(std::span<float const> values, std::span<std::byte> planes) {
    split(values, planes);
}

void to_planes(std::span<std::int32_t const> values, std::span<std::byte> planes) {
    split(values, planes);
}

void to_planes(std::span<std::uint8_t const> values, std::span<std::byte> planes) {
    expect(planes.size() == values.size(), "planes have the size of the values");

    std::memcpy(planes.data(), values.data(), values.size());
}

void from_planes(std::span<std::byte const> planes, int value_bytes, std::span<std::byte> values) {
    expect(value_bytes == 1 || value_bytes == 4 || value_bytes == 8, "values have such a size");
    expect(values.size() == planes.size(), "values have the size of the planes");
    expect(planes.size() % static_cast<std::size_t>(value_bytes) == 0, "values are whole");

    switch (value_bytes) {
        case 4:
            return join<4>(planes, values);
        case 8:
            return join<8>(planes, values);
        default:
            std::memcpy(values.data(), planes.data(), planes.size());
    }
}

}  // namespace maniple

// The loops behind transposition_forms.hpp, compiled once per instruction set by the sources that
// include this. All names are local to the including source.
#pragma once

#include <cstdint>
#include <utility>

#include "transposition_forms.hpp"

namespace maniple {
namespace {

// `lanes` matrices of 32 x 32 elements are transposed side by side, one word of each in a vector.
template <int lanes>
struct Transposer {
    using Vector [[gnu::vector_size(lanes * 8)]] = std::uint64_t;

    static Vector load(std::uint64_t const* from) {
        Vector words;
        __builtin_memcpy(&words, from, sizeof words);
        return words;
    }
    static void store(Vector words, std::uint64_t* to) {
        __builtin_memcpy(to, &words, sizeof words);
    }

    // Of every pair of blocks of `distance` lanes, those of a and b off the diagonal change places.
    template <int distance, int... k>
    static void exchange_lanes(Vector& a, Vector& b, std::integer_sequence<int, k...>) {
        Vector const first =
            __builtin_shufflevector(a, b, ((k & distance) == 0 ? k : lanes + k - distance)...);
        b = __builtin_shufflevector(a, b, ((k & distance) == 0 ? k + distance : lanes + k)...);
        a = first;
    }

    template <int distance>
    static void exchange_all_lanes(Vector (&words)[lanes]) {
        if constexpr (distance < lanes) {
            for (int i = 0; i < lanes; ++i) {
                if ((i & distance) != 0) continue;
                exchange_lanes<distance>(words[i], words[i + distance],
                                         std::make_integer_sequence<int, lanes>{});
            }
            exchange_all_lanes<distance * 2>(words);
        }
    }

    // The same for elements within words: blocks of `distance` elements.
    template <int distance>
    static void exchange_elements(Vector& a, Vector& b) {
        constexpr int bits = 2 * distance;
        constexpr std::uint64_t all = ~std::uint64_t{0};
        constexpr std::uint64_t low = all / ((std::uint64_t{1} << bits) + 1);
        Vector const first = (a & low) | ((b << bits) & ~low);
        b = ((a >> bits) & low) | (b & ~low);
        a = first;
    }

    template <int distance, int count>
    static void exchange_all_elements(Vector (&words)[count], int step) {
        for (int i = 0; i < count; ++i) {
            if ((i & step) == 0) exchange_elements<distance>(words[i], words[i + step]);
        }
    }

    // 32 rows of `lanes` words: element e of row r becomes element r of row e. Two passes, because
    // 32 vectors and what they need on the way are more than the registers hold.
    static void transpose_elements(std::uint64_t* rows, std::uint64_t* out, std::int64_t stride,
                                   std::int64_t result_rows) {
        for (int r = 0; r < 8; ++r) {
            Vector words[4];
            for (int i = 0; i < 4; ++i) words[i] = load(rows + (r + 8 * i) * lanes);
            exchange_all_elements<16>(words, 2);
            exchange_all_elements<8>(words, 1);
            for (int i = 0; i < 4; ++i) store(words[i], rows + (r + 8 * i) * lanes);
        }
        for (int r = 0; r < 32 && r < result_rows; r += 8) {
            Vector words[8];
            for (int i = 0; i < 8; ++i) words[i] = load(rows + (r + i) * lanes);
            exchange_all_elements<4>(words, 4);
            exchange_all_elements<2>(words, 2);
            exchange_all_elements<1>(words, 1);
            for (int i = 0; i < 8 && r + i < result_rows; ++i) {
                store(words[i], out + (r + i) * stride);
            }
        }
    }

    // Whole words change places first, so that a vector then holds words of one row of the result.
    static void transpose(std::uint64_t const* const* rows, std::uint64_t* out, std::int64_t stride,
                          std::int64_t result_rows) {
        constexpr std::int64_t side = 32 * lanes;
        alignas(64) std::uint64_t between[side * lanes];
        for (std::int64_t e0 = 0; e0 < result_rows; e0 += side) {
            for (std::int64_t r0 = 0; r0 < square_side; r0 += side) {
                for (int r = 0; r < 32; ++r) {
                    Vector words[lanes];
                    for (int i = 0; i < lanes; ++i) {
                        words[i] = load(rows[r0 + 32 * i + r] + e0 / 32);
                    }
                    exchange_all_lanes<1>(words);
                    for (int i = 0; i < lanes; ++i) store(words[i], between + (32 * i + r) * lanes);
                }
                for (int i = 0; i < lanes; ++i) {
                    auto const e = e0 + 32 * i;
                    if (e >= result_rows) break;
                    transpose_elements(between + 32 * i * lanes, out + e * stride + r0 / 32, stride,
                                       result_rows - e);
                }
            }
        }
    }
};

}  // namespace
}  // namespace maniple

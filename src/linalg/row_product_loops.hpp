// The loop behind add_row_products, compiled once per instruction set by the sources that include
// this. All names are local to the including source.
#pragma once

#include <cstdint>

namespace maniple {
namespace {

// Eight doubles side by side, in as many registers as the instruction set needs for them.
using Lanes [[gnu::vector_size(64)]] = double;
constexpr int tile_columns = 8;

void load(double const* from, Lanes& lanes) { __builtin_memcpy(&lanes, from, sizeof lanes); }

// `tile_rows` x 8 results stay in registers while the rows stream by. Sums run over the rows in
// order, so that lanes never mix.
template <int tile_rows>
void add_tile(double const* rows, std::int64_t count, std::int64_t width, std::int64_t r,
              std::int64_t c, double* products, std::int64_t stride) {
    Lanes sums[tile_rows];
    for (int i = 0; i < tile_rows; ++i) load(products + (r + i) * stride + c, sums[i]);
    for (std::int64_t n = 0; n < count; ++n) {
        double const* const row = rows + n * width;
        Lanes right;
        load(row + c, right);
        for (int i = 0; i < tile_rows; ++i) sums[i] += row[r + i] * right;
    }
    for (int i = 0; i < tile_rows; ++i) {
        __builtin_memcpy(products + (r + i) * stride + c, &sums[i], sizeof sums[i]);
    }
}

void add_products(double const* rows, std::int64_t count, std::int64_t width,
                  std::int64_t result_rows, double* products, std::int64_t stride) {
    for (std::int64_t c = 0; c < width; c += tile_columns) {
        std::int64_t r = 0;
        for (; r + 4 <= result_rows; r += 4) {
            add_tile<4>(rows, count, width, r, c, products, stride);
        }
        for (; r < result_rows; ++r) add_tile<1>(rows, count, width, r, c, products, stride);
    }
}

}  // namespace
}  // namespace maniple

// Up to twelve columns with 512-bit vectors. All names are local to the including source.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "row_moment_forms.hpp"

namespace maniple {
namespace {

// In a table so narrow half of the products with whole vectors of columns would lie below the
// diagonal or beyond the last column. Here a vector may hold two covariates' products with the
// same four columns instead, side by side: a0 b0 a1 b1 a2 b2 a3 b3. The order of each sum is that
// of MomentLoops.
template <int rows, bool has_upper>
struct NarrowMoments {
    using Vector [[gnu::vector_size(64)]] = double;
    using Half [[gnu::vector_size(32)]] = double;

    static constexpr int single_rows = rows < 4 ? rows : 4;  // With columns 0 to 7.
    static constexpr int inner_rows = rows < 8 ? rows : 8;
    static constexpr int inner_pairs = (inner_rows - single_rows + 1) / 2;  // With 4 to 7.
    static constexpr int upper_pairs = has_upper ? (rows + 1) / 2 : 0;      // With 8 to 11.

    static constexpr std::int64_t run_samples = 32;
    static constexpr int row_width = has_upper ? 16 : 8;

    Vector singles[single_rows + 1] = {};
    Vector inner[inner_pairs + 1] = {};
    Vector upper[upper_pairs + 1] = {};
    Vector sums[2] = {};
    Vector squares[2] = {};

    static Vector load(double const* from) {
        Vector values;
        __builtin_memcpy(&values, from, sizeof values);
        return values;
    }
    static void add_product(Vector& sum, Vector a, Vector b) { sum = _mm512_fmadd_pd(a, b, sum); }
    static Vector load_pair(double const* from) {
        return _mm512_maskz_broadcast_f64x2(0xff, _mm_loadu_pd(from));
    }

    static void convert_row(std::int32_t const* from, double* to) {
        for (int c = 0; c < row_width; c += 8) {
            auto const integers = _mm256_loadu_si256(reinterpret_cast<__m256i const*>(from + c));
            _mm512_storeu_pd(to + c, _mm512_maskz_cvtepi32_pd(0xff, integers));
        }
    }

    [[gnu::always_inline]] void add_row(double const* row) {
        auto const low = load(row);
        sums[0] += low;
        if (rows < 8) add_product(squares[0], low, low);  // Else all are on the diagonal.
#pragma GCC unroll 16
        for (int r = 0; r < single_rows; ++r) add_product(singles[r], Vector{} + row[r], low);
        auto const twice = __builtin_shufflevector(low, low, 4, 4, 5, 5, 6, 6, 7, 7);
#pragma GCC unroll 16
        for (int p = 0; p < inner_pairs; ++p)
            add_product(inner[p], load_pair(row + 4 + 2 * p), twice);
        if constexpr (has_upper) {
            auto const high = load(row + 8);
            sums[1] += high;
            add_product(squares[1], high, high);
            auto const high_twice = __builtin_shufflevector(high, high, 0, 0, 1, 1, 2, 2, 3, 3);
#pragma GCC unroll 16
            for (int p = 0; p < upper_pairs; ++p)
                add_product(upper[p], load_pair(row + 2 * p), high_twice);
        }
    }

    static void store_pair(Vector pair, int r, double* products, std::int64_t stride) {
        Half const first = __builtin_shufflevector(pair, pair, 0, 2, 4, 6);
        Half const second = __builtin_shufflevector(pair, pair, 1, 3, 5, 7);
        __builtin_memcpy(products + r * stride, &first, sizeof first);
        if (r + 1 < rows) __builtin_memcpy(products + (r + 1) * stride, &second, sizeof second);
    }

    [[gnu::always_inline]] void store(MomentTask const& task) const {
        auto const stride = task.product_stride;
        for (int k = 0; k < (has_upper ? 2 : 1); ++k) {
            __builtin_memcpy(task.sums + 8 * k, &sums[k], sizeof sums[k]);
            __builtin_memcpy(task.squares + 8 * k, &squares[k], sizeof squares[k]);
        }
#pragma GCC unroll 16
        for (int r = 0; r < single_rows; ++r) {
            __builtin_memcpy(task.products + r * stride, &singles[r], sizeof singles[r]);
        }
#pragma GCC unroll 16
        for (int p = 0; p < inner_pairs; ++p) {
            store_pair(inner[p], 4 + 2 * p, task.products + 4, stride);
        }
#pragma GCC unroll 16
        for (int p = 0; p < upper_pairs; ++p) {
            store_pair(upper[p], 2 * p, task.products + 8, stride);
        }
    }

    static void add(MomentTask const& task) {
        alignas(64) double run[run_samples * row_width];
        NarrowMoments moments;
        for (std::int64_t start = 0; start < task.count; start += run_samples) {
            auto const rest = task.count - start;
            auto const count = rest < run_samples ? rest : run_samples;
            for (std::int64_t i = 0; i < count; ++i) {
                convert_row(task.integers + task.samples[start + i] * task.row_stride,
                            run + i * row_width);
            }
            for (std::int64_t i = 0; i < count; ++i) moments.add_row(run + i * row_width);
        }
        moments.store(task);
    }
};

constexpr std::int64_t narrow_columns = 12;

template <int rows>
void add_narrow(MomentTask const& task) {
    if (rows != task.covariates) {
        if constexpr (rows > 0) add_narrow<rows - 1>(task);
    } else if (task.width > 8) {
        NarrowMoments<rows, true>::add(task);
    } else if constexpr (rows <= 8) {
        NarrowMoments<rows, false>::add(task);
    }
}

}  // namespace
}  // namespace maniple

// Small pieces of matrices turned over in registers, for sources compiled with AVX2 at least. All
// names are local to the including source.
#pragma once

#include <immintrin.h>

#include <cstdint>

namespace maniple {
namespace {

// Reads eight rows, row s at from + s * stride, and writes their column k to to + k * width, times
// scale[k] where the scale is not null.
struct Turn {
    static constexpr std::int64_t rows = 8;

    static void store(__m256d values, double const* scale, double* to) {
        if (scale != nullptr) values = _mm256_mul_pd(values, _mm256_set1_pd(*scale));
        _mm256_storeu_pd(to, values);
    }

    static constexpr std::int64_t float_columns = 8;
    static void turn(float const* from, std::int64_t stride, double const* scale, double* to,
                     std::int64_t width) {
        __m256 row[8];
        __m256 pair[8];
        __m256 quad[8];
#pragma GCC unroll 8
        for (int s = 0; s < 8; ++s) row[s] = _mm256_loadu_ps(from + s * stride);
#pragma GCC unroll 4
        for (int s = 0; s < 8; s += 2) {
            pair[s] = _mm256_unpacklo_ps(row[s], row[s + 1]);
            pair[s + 1] = _mm256_unpackhi_ps(row[s], row[s + 1]);
        }
#pragma GCC unroll 2
        for (int s = 0; s < 8; s += 4) {
            quad[s] = _mm256_shuffle_ps(pair[s], pair[s + 2], 0x44);
            quad[s + 1] = _mm256_shuffle_ps(pair[s], pair[s + 2], 0xee);
            quad[s + 2] = _mm256_shuffle_ps(pair[s + 1], pair[s + 3], 0x44);
            quad[s + 3] = _mm256_shuffle_ps(pair[s + 1], pair[s + 3], 0xee);
        }
        // The low halves hold columns 0 to 3, the high ones 4 to 7.
#pragma GCC unroll 4
        for (int k = 0; k < 4; ++k) {
            auto const* const low = scale == nullptr ? nullptr : scale + k;
            auto const* const high = scale == nullptr ? nullptr : scale + k + 4;
            auto* const first = to + k * width;
            auto* const second = to + (k + 4) * width;
            store(_mm256_cvtps_pd(_mm256_castps256_ps128(quad[k])), low, first);
            store(_mm256_cvtps_pd(_mm256_castps256_ps128(quad[k + 4])), low, first + 4);
            store(_mm256_cvtps_pd(_mm256_extractf128_ps(quad[k], 1)), high, second);
            store(_mm256_cvtps_pd(_mm256_extractf128_ps(quad[k + 4], 1)), high, second + 4);
        }
    }

    static constexpr std::int64_t double_columns = 4;
    static void turn(double const* from, std::int64_t stride, double const* scale, double* to,
                     std::int64_t width) {
#pragma GCC unroll 2
        for (int half = 0; half < 8; half += 4) {
            auto const* const own = from + half * stride;
            auto const a = _mm256_loadu_pd(own);
            auto const b = _mm256_loadu_pd(own + stride);
            auto const c = _mm256_loadu_pd(own + 2 * stride);
            auto const d = _mm256_loadu_pd(own + 3 * stride);
            auto const even_low = _mm256_unpacklo_pd(a, b);
            auto const odd_low = _mm256_unpackhi_pd(a, b);
            auto const even_high = _mm256_unpacklo_pd(c, d);
            auto const odd_high = _mm256_unpackhi_pd(c, d);
            __m256d const column[4] = {_mm256_permute2f128_pd(even_low, even_high, 0x20),
                                       _mm256_permute2f128_pd(odd_low, odd_high, 0x20),
                                       _mm256_permute2f128_pd(even_low, even_high, 0x31),
                                       _mm256_permute2f128_pd(odd_low, odd_high, 0x31)};
#pragma GCC unroll 4
            for (int k = 0; k < 4; ++k) {
                store(column[k], scale == nullptr ? nullptr : scale + k, to + k * width + half);
            }
        }
    }
};

}  // namespace
}  // namespace maniple

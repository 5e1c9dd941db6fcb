#include <immintrin.h>

#include "fixed_point_forms.hpp"

namespace maniple {
namespace {

double round_avx512(double const* values, std::int64_t count, double scale, std::int32_t* integers,
                    std::int16_t* remainders) {
    auto const by = _mm512_set1_pd(scale);
    auto const rounder = _mm512_set1_pd(fixed_rounder);
    auto const steps = _mm512_set1_pd(65536);
    auto peak = _mm512_setzero_pd();
    for (std::int64_t s = 0; s < count; s += 8) {
        auto const inside =
            static_cast<__mmask8>(count - s >= 8 ? 0xFFU : (1U << (count - s)) - 1U);
        auto const scaled = _mm512_mul_pd(_mm512_maskz_loadu_pd(inside, values + s), by);
        peak = _mm512_max_pd(_mm512_abs_pd(scaled), peak);
        auto const rounded = _mm512_add_pd(scaled, rounder);
        auto const left = _mm512_sub_pd(scaled, _mm512_sub_pd(rounded, rounder));
        auto const remainder = _mm512_add_pd(_mm512_mul_pd(left, steps), rounder);
        _mm256_mask_storeu_epi32(integers + s, inside,
                                 _mm512_cvtepi64_epi32(_mm512_castpd_si512(rounded)));
        // 32768 becomes 32767.
        auto const low = _mm512_cvtepi64_epi32(_mm512_castpd_si512(remainder));
        _mm_mask_storeu_epi16(remainders + s, inside, _mm256_cvtsepi32_epi16(low));
    }
    return _mm512_reduce_max_pd(peak);
}

void write_digits_avx512(std::int32_t const* integers, std::int8_t* quads) {
    auto const bias = _mm512_set1_epi32(static_cast<int>(0x80808080U));
    // Samples 4 t + j to lane j, then byte `limb` of sample t to byte t of word `limb`.
    auto const lanes = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    auto const limbs = _mm512_set4_epi32(0x0F0B0703, 0x0E0A0602, 0x0D090501, 0x0C080400);
    for (int m = 0; m < 4; ++m) {
        auto const sixteen = _mm512_loadu_si512(integers + 16 * m);
        auto const bytes = _mm512_xor_si512(_mm512_add_epi32(sixteen, bias), bias);
        auto const out = _mm512_shuffle_epi8(_mm512_permutexvar_epi32(lanes, bytes), limbs);
        auto* const to = quads + m * 64;
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_castsi512_si128(out));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to + 256), _mm512_extracti32x4_epi32(out, 1));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to + 512), _mm512_extracti32x4_epi32(out, 2));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(to + 768), _mm512_extracti32x4_epi32(out, 3));
    }
}

// 16 x 16 words: pairs, then quadruples in the four lanes, then the lanes.
void transpose(__m512i (&rows)[16]) {
    __m512i pairs[16];
#pragma GCC unroll 8
    for (int r = 0; r < 16; r += 2) {
        pairs[r] = _mm512_unpacklo_epi32(rows[r], rows[r + 1]);
        pairs[r + 1] = _mm512_unpackhi_epi32(rows[r], rows[r + 1]);
    }
    __m512i fours[4][4];  // word 4 l + k of rows 4 q to 4 q + 3 in lane l of fours[q][k]
#pragma GCC unroll 4
    for (int q = 0; q < 4; ++q) {
        fours[q][0] = _mm512_unpacklo_epi64(pairs[4 * q], pairs[4 * q + 2]);
        fours[q][1] = _mm512_unpackhi_epi64(pairs[4 * q], pairs[4 * q + 2]);
        fours[q][2] = _mm512_unpacklo_epi64(pairs[4 * q + 1], pairs[4 * q + 3]);
        fours[q][3] = _mm512_unpackhi_epi64(pairs[4 * q + 1], pairs[4 * q + 3]);
    }
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
        auto const even01 = _mm512_shuffle_i32x4(fours[0][k], fours[1][k], 0x88);  // lanes 0, 2
        auto const odd01 = _mm512_shuffle_i32x4(fours[0][k], fours[1][k], 0xDD);
        auto const even23 = _mm512_shuffle_i32x4(fours[2][k], fours[3][k], 0x88);
        auto const odd23 = _mm512_shuffle_i32x4(fours[2][k], fours[3][k], 0xDD);
        rows[k] = _mm512_shuffle_i32x4(even01, even23, 0x88);
        rows[4 + k] = _mm512_shuffle_i32x4(odd01, odd23, 0x88);
        rows[8 + k] = _mm512_shuffle_i32x4(even01, even23, 0xDD);
        rows[12 + k] = _mm512_shuffle_i32x4(odd01, odd23, 0xDD);
    }
}

void write_rows_avx512(std::int32_t const* integers, std::int64_t samples, std::int32_t* rows,
                       std::int64_t stride) {
    for (std::int64_t s0 = 0; s0 < samples; s0 += 16) {
        __m512i block[16];
#pragma GCC unroll 16
        for (int c = 0; c < 16; ++c) block[c] = _mm512_loadu_si512(integers + c * 64 + s0);
        transpose(block);
        // Past the caches: lines are written whole, and not read again until the matrix is full.
        for (int k = 0; k < 16 && s0 + k < samples; ++k) {
            auto* const row = reinterpret_cast<__m512i*>(rows + (s0 + k) * stride);
            _mm512_stream_si512(row, block[k]);
        }
    }
    _mm_sfence();
}

}  // namespace

constinit FixedPointForm const avx512_fixed_point{
    .round = round_avx512, .write_digits = write_digits_avx512, .write_rows = write_rows_avx512};

}  // namespace maniple

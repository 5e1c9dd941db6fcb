// AVX-512 loops that the forms for AVX-512 and for AMX share; local to the including source.
#pragma once

#include <immintrin.h>

#include <cstdint>

#include "list_word.hpp"
#include "product_forms.hpp"

namespace maniple {
namespace {

void decode_avx512(std::uint8_t const* const* rows, std::int64_t variants, std::int64_t units,
                   std::uint8_t* tiles) {
    // Pair j of each byte moves down in lane j; the table then drops the other bits and makes 3 a
    // 0.
    auto const shifts = _mm512_set_epi32(6, 6, 6, 6, 4, 4, 4, 4, 2, 2, 2, 2, 0, 0, 0, 0);
    auto const nibble = _mm512_set1_epi8(0x0F);
    auto const counts = _mm512_set1_epi32(0x00020100);
    for (std::int64_t v = 0; v < variants; ++v) {
        auto const* row = reinterpret_cast<__m128i const*>(rows[v]);
        auto* out = tiles + v / tile_variants * units * tile_bytes + v % tile_variants * 64;
        for (std::int64_t u = 0; u < units; u += 4)  // of 16 bytes
            _mm_prefetch(reinterpret_cast<char const*>(row + units + u), _MM_HINT_T1);
        for (std::int64_t u = 0; u < units; ++u, out += tile_bytes) {
            auto const packed = _mm512_broadcast_i32x4(_mm_loadu_si128(row + u));
            auto const moved = _mm512_and_si512(_mm512_srlv_epi32(packed, shifts), nibble);
            _mm512_store_si512(out, _mm512_shuffle_epi8(counts, moved));
        }
    }
}

// Sixteen variants' sixteen quads change places: first inside each four, then fours.
void pack_avx512(std::uint8_t const* genotypes, std::int64_t tiles, std::int8_t* digits) {
    for (std::int64_t t = 0; t < tiles; ++t, genotypes += tile_bytes, digits += tile_bytes) {
        __m512i fours[16];
#pragma GCC unroll 4
        for (int v = 0; v < 16; v += 4) {
            auto const a = _mm512_load_si512(genotypes + v * 64);
            auto const b = _mm512_load_si512(genotypes + v * 64 + 64);
            auto const c = _mm512_load_si512(genotypes + v * 64 + 128);
            auto const d = _mm512_load_si512(genotypes + v * 64 + 192);
            auto const low_ab = _mm512_unpacklo_epi32(a, b);
            auto const high_ab = _mm512_unpackhi_epi32(a, b);
            auto const low_cd = _mm512_unpacklo_epi32(c, d);
            auto const high_cd = _mm512_unpackhi_epi32(c, d);
            fours[v] = _mm512_unpacklo_epi64(low_ab, low_cd);
            fours[v + 1] = _mm512_unpackhi_epi64(low_ab, low_cd);
            fours[v + 2] = _mm512_unpacklo_epi64(high_ab, high_cd);
            fours[v + 3] = _mm512_unpackhi_epi64(high_ab, high_cd);
        }
        // Lane l of fours[4 k + q] is quad 4 l + q of variants 4 k to 4 k + 3.
#pragma GCC unroll 4
        for (int q = 0; q < 4; ++q) {
            auto const first = _mm512_shuffle_i32x4(fours[q], fours[q + 4], 0x44);
            auto const last = _mm512_shuffle_i32x4(fours[q], fours[q + 4], 0xEE);
            auto const third = _mm512_shuffle_i32x4(fours[q + 8], fours[q + 12], 0x44);
            auto const fourth = _mm512_shuffle_i32x4(fours[q + 8], fours[q + 12], 0xEE);
            auto* const to = digits + q * 64;
            _mm512_store_si512(to, _mm512_shuffle_i32x4(first, third, 0x88));
            _mm512_store_si512(to + 256, _mm512_shuffle_i32x4(first, third, 0xDD));
            _mm512_store_si512(to + 512, _mm512_shuffle_i32x4(last, fourth, 0x88));
            _mm512_store_si512(to + 768, _mm512_shuffle_i32x4(last, fourth, 0xDD));
        }
    }
}

std::int64_t count_carriers_avx512(std::uint64_t const* genotypes, std::int64_t words,
                                   std::int64_t most) {
    constexpr std::int64_t stretch = 128;  // words between looks at the count
    auto const low = _mm512_set1_epi64(static_cast<long long>(low_bits));
    std::int64_t count = 0;
    for (std::int64_t w = 0; w < words && count <= most;) {
        auto const end = w + stretch < words ? w + stretch : words;
        auto total = _mm512_setzero_si512();
        for (; w < end; w += 8) {
            auto const line = _mm512_load_si512(genotypes + w);
            // (line ^ line >> 1) & low
            auto const one = _mm512_ternarylogic_epi64(line, _mm512_srli_epi64(line, 1), low, 0x28);
            total = _mm512_add_epi64(total, _mm512_popcnt_epi64(one));
        }
        count += _mm512_reduce_add_epi64(total);
    }
    return count;
}

std::int64_t list_carriers_avx512(std::uint64_t const* genotypes, std::int64_t words,
                                  std::int32_t* carriers) {
    std::int64_t count = 0;
    auto const low = _mm512_set1_epi64(static_cast<long long>(low_bits));
    for (std::int64_t w = 0; w < words; w += 8) {
        auto const line = _mm512_load_si512(genotypes + w);
        auto const one = _mm512_xor_si512(line, _mm512_srli_epi64(line, 1));
        unsigned found = _mm512_test_epi64_mask(one, low);
        for (; found != 0; found &= found - 1) {
            auto const k = w + __builtin_ctz(found);
            count += list_word(genotypes[k], static_cast<std::int32_t>(k * 32), carriers + count);
        }
    }
    return count;
}

// Sums of 16 * Lines columns in registers.
template <int Lines>
void add_lines(std::int32_t const* integers, std::int64_t stride, std::int32_t const* carriers,
               std::int64_t count, std::int64_t* sums) {
    constexpr std::int64_t ahead = 8;
    __m512i total[2 * Lines];
    for (auto& part : total) part = _mm512_setzero_si512();
    for (std::int64_t k = 0; k < count; ++k) {
        auto const later = carriers[k + ahead < count ? k + ahead : k];
        auto const* const next = integers + later * stride;
        auto const* const row = integers + carriers[k] * stride;
#pragma GCC unroll 16
        for (int part = 0; part < 2 * Lines; ++part) {
            if (part % 2 == 0) _mm_prefetch(next + part * 8, _MM_HINT_T0);
            auto const eight = _mm256_load_si256(reinterpret_cast<__m256i const*>(row) + part);
            total[part] = _mm512_add_epi64(total[part], _mm512_cvtepi32_epi64(eight));
        }
    }
#pragma GCC unroll 16
    for (int part = 0; part < 2 * Lines; ++part) _mm512_storeu_si512(sums + part * 8, total[part]);
}

void add_carriers_avx512(std::int32_t const* integers, std::int64_t stride,
                         std::int32_t const* carriers, std::int64_t count, std::int64_t columns,
                         std::int64_t* sums) {
    std::int64_t c = 0;
    for (; c + 128 <= columns; c += 128)
        add_lines<8>(integers + c, stride, carriers, count, sums + c);
    for (; c + 64 <= columns; c += 64)
        add_lines<4>(integers + c, stride, carriers, count, sums + c);
    for (; c < columns; c += 16) add_lines<1>(integers + c, stride, carriers, count, sums + c);
}

}  // namespace
}  // namespace maniple

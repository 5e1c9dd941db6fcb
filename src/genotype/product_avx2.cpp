#include <immintrin.h>

#include "list_word.hpp"
#include "product_forms.hpp"

namespace maniple {
namespace {

void decode_avx2(std::uint8_t const* const* rows, std::int64_t variants, std::int64_t units,
                 std::uint8_t* tiles) {
    // Pair j of each byte moves down in lane j; the table then drops the other bits and makes 3 a
    // 0.
    auto const first = _mm256_set_epi32(2, 2, 2, 2, 0, 0, 0, 0);
    auto const second = _mm256_set_epi32(6, 6, 6, 6, 4, 4, 4, 4);
    auto const nibble = _mm256_set1_epi8(0x0F);
    auto const counts = _mm256_set1_epi32(0x00020100);
    for (std::int64_t v = 0; v < variants; ++v) {
        auto const* row = reinterpret_cast<__m128i const*>(rows[v]);
        auto* out = tiles + v / tile_variants * units * tile_bytes + v % tile_variants * 64;
        for (std::int64_t u = 0; u < units; ++u, out += tile_bytes) {
            auto const packed = _mm256_broadcastsi128_si256(_mm_loadu_si128(row + u));
            auto const lower = _mm256_and_si256(_mm256_srlv_epi32(packed, first), nibble);
            auto const upper = _mm256_and_si256(_mm256_srlv_epi32(packed, second), nibble);
            auto* const to = reinterpret_cast<__m256i*>(out);
            _mm256_store_si256(to, _mm256_shuffle_epi8(counts, lower));
            _mm256_store_si256(to + 1, _mm256_shuffle_epi8(counts, upper));
        }
    }
}

// A pair of products is at most 2 * 2 * 128 = 512 in magnitude: 64 of them fit 16 bits.
constexpr std::int64_t units_in_16_bits = 4;
constexpr int block_variants = 4;

void multiply_block(std::uint8_t const* genotypes, std::int64_t units, std::int8_t const* digits,
                    std::int32_t* sums) {
    auto const ones = _mm256_set1_epi16(1);
    for (std::int64_t u0 = 0; u0 < units; u0 += units_in_16_bits) {
        auto const end = u0 + units_in_16_bits < units ? u0 + units_in_16_bits : units;
        __m256i total[block_variants][2];
#pragma GCC unroll 4
        for (auto& variant : total) variant[0] = variant[1] = _mm256_setzero_si256();
        for (std::int64_t u = u0; u < end; ++u) {
            auto const* dosages = genotypes + u * tile_bytes;
            auto const* quad = reinterpret_cast<__m256i const*>(digits + u * tile_bytes);
            for (int q = 0; q < 16; ++q, dosages += 4, quad += 2) {
                auto const left = _mm256_load_si256(quad);
                auto const right = _mm256_load_si256(quad + 1);
#pragma GCC unroll 4
                for (int v = 0; v < block_variants; ++v) {
                    int four;
                    __builtin_memcpy(&four, dosages + v * 64, 4);
                    auto const counts = _mm256_set1_epi32(four);
                    total[v][0] = _mm256_add_epi16(total[v][0], _mm256_maddubs_epi16(counts, left));
                    total[v][1] =
                        _mm256_add_epi16(total[v][1], _mm256_maddubs_epi16(counts, right));
                }
            }
        }
#pragma GCC unroll 4
        for (int v = 0; v < block_variants; ++v) {
            auto* const to = reinterpret_cast<__m256i*>(sums + v * 16);
            to[0] = _mm256_add_epi32(to[0], _mm256_madd_epi16(total[v][0], ones));
            to[1] = _mm256_add_epi32(to[1], _mm256_madd_epi16(total[v][1], ones));
        }
    }
}

void multiply_avx2(std::uint8_t const* genotypes, std::int64_t tiles, std::int64_t units,
                   std::int8_t const* digits, std::int64_t panel_bytes, std::int64_t panels,
                   std::int32_t* sums, std::int64_t stride) {
    for (std::int64_t p = 0; p < panels; ++p) {
        for (std::int64_t t = 0; t < tiles; ++t) {
            for (std::int64_t v = 0; v < tile_variants; v += block_variants) {
                multiply_block(genotypes + t * units * tile_bytes + v * 64, units,
                               digits + p * panel_bytes,
                               sums + (p * stride + t * tile_variants + v) * 16);
            }
        }
    }
}

// Eight variants' eight quads change places.
void pack_square(std::uint8_t const* genotypes, std::int8_t* digits) {
    __m256i pairs[8];
    __m256i fours[8];
#pragma GCC unroll 4
    for (int v = 0; v < 8; v += 2) {
        auto const* const from = reinterpret_cast<__m256i const*>(genotypes + v * 64);
        auto const first = _mm256_load_si256(from);
        auto const second = _mm256_load_si256(from + 2);
        pairs[v] = _mm256_unpacklo_epi32(first, second);
        pairs[v + 1] = _mm256_unpackhi_epi32(first, second);
    }
#pragma GCC unroll 2
    for (int v = 0; v < 8; v += 4) {
        fours[v] = _mm256_unpacklo_epi64(pairs[v], pairs[v + 2]);
        fours[v + 1] = _mm256_unpackhi_epi64(pairs[v], pairs[v + 2]);
        fours[v + 2] = _mm256_unpacklo_epi64(pairs[v + 1], pairs[v + 3]);
        fours[v + 3] = _mm256_unpackhi_epi64(pairs[v + 1], pairs[v + 3]);
    }
#pragma GCC unroll 4
    for (int q = 0; q < 4; ++q) {
        auto* const to = reinterpret_cast<__m256i*>(digits + q * 64);
        _mm256_store_si256(to, _mm256_permute2x128_si256(fours[q], fours[q + 4], 0x20));
        _mm256_store_si256(to + 8, _mm256_permute2x128_si256(fours[q], fours[q + 4], 0x31));
    }
}

void pack_avx2(std::uint8_t const* genotypes, std::int64_t tiles, std::int8_t* digits) {
    for (std::int64_t t = 0; t < tiles; ++t, genotypes += tile_bytes, digits += tile_bytes) {
        for (int v = 0; v < 16; v += 8) {
            for (int q = 0; q < 16; q += 8)
                pack_square(genotypes + v * 64 + q * 4, digits + q * 64 + v * 4);
        }
    }
}

std::int64_t count_carriers_avx2(std::uint64_t const* genotypes, std::int64_t words,
                                 std::int64_t most) {
    std::int64_t count = 0;
    for (std::int64_t w = 0; w < words && count <= most; w += 8) {
        auto const* line = reinterpret_cast<__m256i const*>(genotypes + w);
        auto const any = _mm256_or_si256(_mm256_load_si256(line), _mm256_load_si256(line + 1));
        if (_mm256_testz_si256(any, any) != 0) continue;
        for (int k = 0; k < 8; ++k) {
            auto const word = genotypes[w + k];
            count += _mm_popcnt_u64((word ^ word >> 1) & low_bits);
        }
    }
    return count;
}

std::int64_t list_carriers_avx2(std::uint64_t const* genotypes, std::int64_t words,
                                std::int32_t* carriers) {
    std::int64_t count = 0;
    for (std::int64_t w = 0; w < words; w += 8) {
        auto const* line = reinterpret_cast<__m256i const*>(genotypes + w);
        auto const any = _mm256_or_si256(_mm256_load_si256(line), _mm256_load_si256(line + 1));
        if (_mm256_testz_si256(any, any) != 0) continue;
        for (int k = 0; k < 8; ++k) {
            if (genotypes[w + k] == 0) continue;
            count += list_word(genotypes[w + k], static_cast<std::int32_t>((w + k) * 32),
                               carriers + count);
        }
    }
    return count;
}

// Sums of 16 * Lines columns in registers.
template <int Lines>
void add_lines(std::int32_t const* integers, std::int64_t stride, std::int32_t const* carriers,
               std::int64_t count, std::int64_t* sums) {
    constexpr std::int64_t ahead = 8;
    __m256i total[4 * Lines];
    for (auto& part : total) part = _mm256_setzero_si256();
    for (std::int64_t k = 0; k < count; ++k) {
        auto const later = carriers[k + ahead < count ? k + ahead : k];
        auto const* const next = integers + later * stride;
        auto const* const row = integers + carriers[k] * stride;
#pragma GCC unroll 8
        for (int part = 0; part < 4 * Lines; ++part) {
            if (part % 4 == 0) _mm_prefetch(next + part * 4, _MM_HINT_T0);
            auto const four = _mm_load_si128(reinterpret_cast<__m128i const*>(row) + part);
            total[part] = _mm256_add_epi64(total[part], _mm256_cvtepi32_epi64(four));
        }
    }
#pragma GCC unroll 8
    for (int part = 0; part < 4 * Lines; ++part)
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums) + part, total[part]);
}

void add_carriers_avx2(std::int32_t const* integers, std::int64_t stride,
                       std::int32_t const* carriers, std::int64_t count, std::int64_t columns,
                       std::int64_t* sums) {
    std::int64_t c = 0;
    for (; c + 32 <= columns; c += 32)
        add_lines<2>(integers + c, stride, carriers, count, sums + c);
    for (; c < columns; c += 16) add_lines<1>(integers + c, stride, carriers, count, sums + c);
}

void nothing() {}

}  // namespace

constinit ProductForm const avx2_product{.begin = nothing,
                                         .end = nothing,
                                         .decode = decode_avx2,
                                         .multiply = multiply_avx2,
                                         .pack = pack_avx2,
                                         .count_carriers = count_carriers_avx2,
                                         .list_carriers = list_carriers_avx2,
                                         .add_carriers = add_carriers_avx2,
                                         .costs = {.decode_unit = 1.5,
                                                   .multiply_unit = 9.1,
                                                   .list_unit = 0.9,
                                                   .carrier = 14,
                                                   .carrier_line = 2.5}};

}  // namespace maniple

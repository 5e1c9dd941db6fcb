#include "product_loops_avx512.hpp"

namespace maniple {
namespace {

// Variants x Panels of one tile: a quad of one variant's samples meets the 16 digits of a panel in
// one instruction.
template <int Variants, int Panels>
void multiply_block(std::uint8_t const* genotypes, std::int64_t units, std::int8_t const* digits,
                    std::int64_t panel_bytes, std::int32_t* sums, std::int64_t stride) {
    __m512i total[Variants][Panels];
#pragma GCC unroll 16
    for (int v = 0; v < Variants; ++v) {
#pragma GCC unroll 4
        for (int p = 0; p < Panels; ++p)
            total[v][p] = _mm512_load_si512(sums + (p * stride + v) * 16);
    }
    for (std::int64_t u = 0; u < units; ++u) {
        auto const* dosages = genotypes + u * tile_bytes;
        auto const* quad = digits + u * tile_bytes;
        for (int q = 0; q < 16; ++q, dosages += 4, quad += 64) {
            __m512i right[Panels];
#pragma GCC unroll 4
            for (int p = 0; p < Panels; ++p) right[p] = _mm512_load_si512(quad + p * panel_bytes);
#pragma GCC unroll 16
            for (int v = 0; v < Variants; ++v) {
                int four;
                __builtin_memcpy(&four, dosages + v * 64, 4);
                auto const left = _mm512_set1_epi32(four);
#pragma GCC unroll 4
                for (int p = 0; p < Panels; ++p)
                    total[v][p] = _mm512_dpbusd_epi32(total[v][p], left, right[p]);
            }
        }
    }
#pragma GCC unroll 16
    for (int v = 0; v < Variants; ++v) {
#pragma GCC unroll 4
        for (int p = 0; p < Panels; ++p)
            _mm512_store_si512(sums + (p * stride + v) * 16, total[v][p]);
    }
}

template <int Variants, int Panels>
void multiply_tiles(std::uint8_t const* genotypes, std::int64_t tiles, std::int64_t units,
                    std::int8_t const* digits, std::int64_t panel_bytes, std::int32_t* sums,
                    std::int64_t stride) {
    for (std::int64_t t = 0; t < tiles; ++t) {
        for (int v = 0; v < tile_variants; v += Variants) {
            multiply_block<Variants, Panels>(genotypes + t * units * tile_bytes + v * 64, units,
                                             digits, panel_bytes,
                                             sums + (t * tile_variants + v) * 16, stride);
        }
    }
}

void multiply_avx512(std::uint8_t const* genotypes, std::int64_t tiles, std::int64_t units,
                     std::int8_t const* digits, std::int64_t panel_bytes, std::int64_t panels,
                     std::int32_t* sums, std::int64_t stride) {
    for (std::int64_t p = 0; p < panels;) {
        auto const* from = digits + p * panel_bytes;
        auto* to = sums + p * stride * 16;
        switch (panels - p) {
            case 1:
                multiply_tiles<16, 1>(genotypes, tiles, units, from, panel_bytes, to, stride);
                p += 1;
                break;
            case 2:
            case 4:  // as 2 + 2, not 3 + 1
                multiply_tiles<8, 2>(genotypes, tiles, units, from, panel_bytes, to, stride);
                p += 2;
                break;
            default:
                multiply_tiles<8, 3>(genotypes, tiles, units, from, panel_bytes, to, stride);
                p += 3;
        }
    }
}

void nothing() {}

}  // namespace

constinit ProductForm const avx512_product{.begin = nothing,
                                           .end = nothing,
                                           .decode = decode_avx512,
                                           .multiply = multiply_avx512,
                                           .pack = pack_avx512,
                                           .count_carriers = count_carriers_avx512,
                                           .list_carriers = list_carriers_avx512,
                                           .add_carriers = add_carriers_avx512,
                                           .costs = {.decode_unit = 1.3,
                                                     .multiply_unit = 3.4,
                                                     .list_unit = 0.7,
                                                     .carrier = 5.5,
                                                     .carrier_line = 1.5}};

}  // namespace maniple

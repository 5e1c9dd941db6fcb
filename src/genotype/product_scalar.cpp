#include "list_word.hpp"
#include "product_forms.hpp"

namespace maniple {
namespace {

void decode_portable(std::uint8_t const* const* rows, std::int64_t variants, std::int64_t units,
                     std::uint8_t* tiles) {
    for (std::int64_t v = 0; v < variants; ++v) {
        auto const* row = reinterpret_cast<std::uint64_t const*>(rows[v]);
        auto* out = tiles + v / tile_variants * units * tile_bytes + v % tile_variants * 64;
        for (std::int64_t u = 0; u < units; ++u, out += tile_bytes) {
            auto* const words = reinterpret_cast<std::uint64_t*>(out);
            for (int half = 0; half < 2; ++half) {
                std::uint64_t const packed = row[2 * u + half];
                std::uint64_t const missing = packed & packed >> 1 & low_bits;
                std::uint64_t const called = packed ^ (missing | missing << 1);
                for (int j = 0; j < 4; ++j)
                    words[2 * j + half] = called >> 2 * j & 0x0303030303030303U;
            }
        }
    }
}

// Eight 16-bit numbers in whatever registers there are.
using Shorts [[gnu::vector_size(16)]] = std::int16_t;
using Bytes [[gnu::vector_size(8)]] = std::int8_t;

// A product is at most 2 * 128 in magnitude: 127 of them fit 16 bits.
constexpr std::int64_t units_in_16_bits = 4;
constexpr std::int64_t most_quads = units_in_16_bits * 16;

// sums[d] += the products of one variant's quads with a panel's digits in 16 bits, `digits`.
void multiply_quads(std::uint8_t const* dosages, std::int64_t quads, Shorts const* digits,
                    std::int32_t* sums) {
    Shorts total[8] = {};
    for (std::int64_t q = 0; q < quads; ++q, digits += 8) {
        auto const* four = dosages + q / 16 * tile_bytes + q % 16 * 4;
        std::int16_t const a = four[0];
        std::int16_t const b = four[1];
        std::int16_t const c = four[2];
        std::int16_t const d = four[3];
        Shorts const counts{a, b, c, d, a, b, c, d};
        for (int k = 0; k < 8; ++k) total[k] += counts * digits[k];
    }
    for (int d = 0; d < 16; ++d) {
        auto const& pair = total[d / 2];
        int const first = d % 2 * 4;
        sums[d] += pair[first] + pair[first + 1] + pair[first + 2] + pair[first + 3];
    }
}

void multiply_portable(std::uint8_t const* genotypes, std::int64_t tiles, std::int64_t units,
                       std::int8_t const* digits, std::int64_t panel_bytes, std::int64_t panels,
                       std::int32_t* sums, std::int64_t stride) {
    Shorts wide[most_quads * 8];
    for (std::int64_t p = 0; p < panels; ++p) {
        for (std::int64_t u = 0; u < units; u += units_in_16_bits) {
            auto const quads = (units - u < units_in_16_bits ? units - u : units_in_16_bits) * 16;
            auto const* from = digits + p * panel_bytes + u * tile_bytes;
            for (std::int64_t k = 0; k < quads * 8; ++k) {
                Bytes narrow;
                __builtin_memcpy(&narrow, from + 8 * k, 8);
                wide[k] = __builtin_convertvector(narrow, Shorts);
            }
            for (std::int64_t v = 0; v < tiles * tile_variants; ++v) {
                auto const tile = v / tile_variants * units + u;
                multiply_quads(genotypes + tile * tile_bytes + v % tile_variants * 64, quads, wide,
                               sums + (p * stride + v) * 16);
            }
        }
    }
}

void pack_portable(std::uint8_t const* genotypes, std::int64_t tiles, std::int8_t* digits) {
    for (std::int64_t t = 0; t < tiles; ++t, genotypes += tile_bytes, digits += tile_bytes) {
        for (int v = 0; v < 16; ++v) {
            for (int q = 0; q < 16; ++q)
                __builtin_memcpy(digits + q * 64 + v * 4, genotypes + v * 64 + q * 4, 4);
        }
    }
}

std::int64_t count_carriers_portable(std::uint64_t const* genotypes, std::int64_t words,
                                     std::int64_t most) {
    std::int64_t count = 0;
    for (std::int64_t w = 0; w < words && count <= most; w += 8) {
        for (int k = 0; k < 8; ++k) {
            auto const word = genotypes[w + k];
            count += __builtin_popcountll((word ^ word >> 1) & low_bits);
        }
    }
    return count;
}

std::int64_t list_carriers_portable(std::uint64_t const* genotypes, std::int64_t words,
                                    std::int32_t* carriers) {
    std::int64_t count = 0;
    for (std::int64_t w = 0; w < words; ++w) {
        if (genotypes[w] == 0) continue;
        count += list_word(genotypes[w], static_cast<std::int32_t>(w * 32), carriers + count);
    }
    return count;
}

void add_carriers_portable(std::int32_t const* integers, std::int64_t stride,
                           std::int32_t const* carriers, std::int64_t count, std::int64_t columns,
                           std::int64_t* sums) {
    for (std::int64_t c0 = 0; c0 < columns; c0 += 16) {
        std::int64_t block[16] = {};
        for (std::int64_t k = 0; k < count; ++k) {
            auto const* const row = integers + carriers[k] * stride + c0;
            for (int c = 0; c < 16; ++c) block[c] += row[c];
        }
        for (int c = 0; c < 16; ++c) sums[c0 + c] = block[c];
    }
}

void nothing() {}

}  // namespace

constinit ProductForm const scalar_product{
    .begin = nothing,
    .end = nothing,
    .decode = decode_portable,
    .multiply = multiply_portable,
    .pack = pack_portable,
    .count_carriers = count_carriers_portable,
    .list_carriers = list_carriers_portable,
    .add_carriers = add_carriers_portable,
    .costs = {
        .decode_unit = 4, .multiply_unit = 55, .list_unit = 4, .carrier = 10, .carrier_line = 6}};

}  // namespace maniple

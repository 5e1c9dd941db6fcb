// The loops behind genotype/kernels.hpp, compiled once per instruction set by the sources that
// include this. All names are local to the including source, and nothing but <cstdint> is used:
// an inline function shared between translation units could be kept in its AVX-512 form for all.
#pragma once

#include <cstdint>

#include "maniple/genotype/kernels.hpp"

namespace maniple {
namespace {

constexpr std::uint64_t low_bits = 0x5555555555555555U;

void decode_row(std::uint64_t const* genotypes, std::int64_t words, std::uint8_t* dosages) {
    auto const* bytes = reinterpret_cast<std::uint8_t const*>(genotypes);
    auto* quads = reinterpret_cast<std::uint32_t*>(dosages);
    for (std::int64_t i = 0; i < words * 8; ++i) {
        std::uint32_t const byte = bytes[i];
        // Two bits to each byte, then 3 (missing) to 0.
        std::uint32_t const spread = (byte | byte << 6 | byte << 12 | byte << 18) & 0x03030303U;
        std::uint32_t const missing = spread & (spread >> 1) & 0x01010101U;
        quads[i] = spread ^ (missing | missing << 1);
    }
}

GenotypeCounts count_row(std::uint64_t const* genotypes, std::uint64_t const* mask,
                         std::int64_t words) {
    std::int64_t total = 0;
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::int64_t both = 0;
    for (std::int64_t w = 0; w < words; ++w) {
        std::uint64_t const inside = mask[w];
        std::uint64_t const low_bit = genotypes[w] & inside;
        std::uint64_t const high_bit = genotypes[w] >> 1 & inside;
        total += __builtin_popcountll(inside);
        low += __builtin_popcountll(low_bit);
        high += __builtin_popcountll(high_bit);
        both += __builtin_popcountll(low_bit & high_bit);
    }
    GenotypeCounts counts;
    counts.missing = both;
    counts.heterozygous = low - both;
    counts.alternate = high - both;
    counts.reference = total - low - high + both;
    return counts;
}

}  // namespace
}  // namespace maniple

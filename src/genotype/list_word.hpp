// The carriers in one word of genotypes. Local to the including source: an inline function that
// sources share could be kept in its AVX-512 form for all.
#pragma once

#include <cstdint>

namespace maniple {
namespace {

constexpr std::uint64_t low_bits = 0x5555555555555555U;

// Appends samples of `word`, whose first is `first`; homozygous ones twice. Returns how many. May
// write one more than that.
std::int64_t list_word(std::uint64_t word, std::int32_t first, std::int32_t* carriers) {
    std::int32_t* next = carriers;
    // Exactly one bit of the two: neither 0 nor missing.
    for (auto rest = (word ^ word >> 1) & low_bits; rest != 0; rest &= rest - 1) {
        int const bit = __builtin_ctzll(rest);
        std::int32_t const sample = first + bit / 2;
        next[0] = sample;
        next[1] = sample;
        next += 1 + (word >> bit >> 1 & 1);
    }
    return next - carriers;
}

}  // namespace
}  // namespace maniple

/// \file  Haplotype-major bits become variant-major bits.
#pragma once

#include <array>
#include <cstdint>

namespace maniple {

/// Transpose 64 x 64 bits in place: bit c of row r becomes bit r of row c (Warren 2012, section
/// 7-3).
inline void transpose_bits(std::array<std::uint64_t, 64>& rows) {
    std::uint64_t mask = 0x0000'0000'FFFF'FFFFU;
    for (unsigned width = 32; width != 0; width >>= 1, mask ^= mask << width) {
        for (unsigned start = 0; start < 64; start += 2 * width) {
            for (unsigned r = start; r < start + width; ++r) {
                auto const swap = ((rows[r] >> width) ^ rows[r + width]) & mask;
                rows[r] ^= swap << width;
                rows[r + width] ^= swap;
            }
        }
    }
}

}  // namespace maniple

// The portable loops of fixed_point_forms.hpp, compiled once per instruction set by the sources
// that include this. All names are local to the including source.
#pragma once

#include <cstdint>

#include "fixed_point_forms.hpp"

namespace maniple {
namespace {

std::int32_t low_half(double rounded) {
    return static_cast<std::int32_t>(__builtin_bit_cast(std::int64_t, rounded));
}

double round_unit(double const* values, std::int64_t count, double scale, std::int32_t* integers,
                  std::int16_t* remainders) {
    double peak = 0;
    for (std::int64_t s = 0; s < count; ++s) {
        double const scaled = values[s] * scale;
        double const magnitude = __builtin_fabs(scaled);
        peak = magnitude > peak ? magnitude : peak;
        double const rounded = scaled + fixed_rounder;
        integers[s] = low_half(rounded);
        auto const remainder =
            low_half((scaled - (rounded - fixed_rounder)) * 65536 + fixed_rounder);
        remainders[s] = static_cast<std::int16_t>(remainder < 32767 ? remainder : 32767);
    }
    return peak;
}

// The four digits of an integer as the bytes of a word: with 128 added to each they are its bytes.
std::uint32_t digits_of(std::int32_t integer) {
    return (static_cast<std::uint32_t>(integer) + 0x80808080U) ^ 0x80808080U;
}

void write_digits_unit(std::int32_t const* integers, std::int8_t* quads) {
    for (std::int64_t j = 0; j < 4; ++j) {
        for (std::int64_t m = 0; m < 4; ++m) {
            auto const* const from = integers + 16 * m + j;
            auto const a = digits_of(from[0]);
            auto const b = digits_of(from[4]);
            auto const c = digits_of(from[8]);
            auto const d = digits_of(from[12]);
            std::uint32_t limbs[4];
            for (unsigned limb = 0; limb < 4; ++limb) {
                auto const shift = 8 * limb;
                limbs[limb] = (a >> shift & 0xFFU) | (b >> shift & 0xFFU) << 8 |
                              (c >> shift & 0xFFU) << 16 | (d >> shift & 0xFFU) << 24;
            }
            __builtin_memcpy(quads + (4 * j + m) * 64, limbs, sizeof limbs);
        }
    }
}

void write_rows_unit(std::int32_t const* integers, std::int64_t samples, std::int32_t* rows,
                     std::int64_t stride) {
    for (std::int64_t s = 0; s < samples; ++s) {
        for (std::int64_t c = 0; c < 16; ++c) rows[s * stride + c] = integers[c * 64 + s];
    }
}

}  // namespace
}  // namespace maniple

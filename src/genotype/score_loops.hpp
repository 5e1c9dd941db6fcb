// The loops of score_forms.hpp, compiled once per instruction set by the sources that include this.
// All names are local to the including source.
#pragma once

#include <cstdint>

#include "score_forms.hpp"

namespace maniple {
namespace {

// Adding it leaves a double no room for fractions; the low bits of the sum are the integer.
constexpr double rounder = 0x1.8p52;

std::int64_t nearest(double value) {
    return __builtin_bit_cast(std::int64_t, value + rounder) -
           __builtin_bit_cast(std::int64_t, rounder);
}

void round_values(double const* values, double const* factors, double scale, std::int64_t count,
                  std::int64_t* integers) {
    for (std::int64_t v = 0; v < count; ++v) integers[v] = nearest(values[v] * factors[v] * scale);
}

// Digits in [-128, 127] as bytes: with 128 added to each they are the integer's bytes.
std::uint64_t digits_of(std::int64_t integer) {
    constexpr std::uint64_t halves = 0x808080808080;
    return (static_cast<std::uint64_t>(integer) + halves) ^ halves;
}

// The order of variants in a unit is that of FixedPointMatrix::panel.
void write_digits_unit(std::int64_t const* integers, ScoreLayout const& layout, std::int64_t lane,
                       std::int8_t* unit, std::int64_t panel_bytes) {
    std::int64_t offsets[score_limbs];
    for (std::int64_t limb = 0; limb < score_limbs; ++limb) {
        offsets[limb] = limb / layout.per_panel * panel_bytes +
                        4 * (limb % layout.per_panel * layout.digit_step + lane * layout.lane_step);
    }
    for (std::int64_t j = 0; j < 4; ++j) {
        for (std::int64_t m = 0; m < 4; ++m) {
            auto const* const from = integers + 16 * m + j;
            auto const a = digits_of(from[0]);
            auto const b = digits_of(from[4]);
            auto const c = digits_of(from[8]);
            auto const d = digits_of(from[12]);
            auto* const quad = unit + (4 * j + m) * 64;
            for (std::int64_t limb = 0; limb < score_limbs; ++limb) {
                auto const shift = 8 * limb;
                auto const four = static_cast<std::uint32_t>(
                    (a >> shift & 0xFFU) | (b >> shift & 0xFFU) << 8 | (c >> shift & 0xFFU) << 16 |
                    (d >> shift & 0xFFU) << 24);
                __builtin_memcpy(quad + offsets[limb], &four, sizeof four);
            }
        }
    }
}

void combine_groups(std::int32_t const* digits, std::int64_t panel_stride,
                    std::int64_t group_stride, std::int64_t groups, std::int64_t* sums) {
    using Narrow [[gnu::vector_size(32)]] = std::int32_t;
    using Wide [[gnu::vector_size(64)]] = std::int64_t;
    for (std::int64_t g = 0; g < groups; ++g) {
        auto const* const from = digits + g * group_stride;
        Wide sum;
        __builtin_memcpy(&sum, sums + g * 8, sizeof sum);
        for (int limb = 0; limb < score_limbs; ++limb) {
            Narrow part;
            __builtin_memcpy(&part, from + limb / 2 * panel_stride + limb % 2 * 8, sizeof part);
            sum += __builtin_convertvector(part, Wide) << (8 * limb);
        }
        __builtin_memcpy(sums + g * 8, &sum, sizeof sum);
    }
}

void add_listed_rows(std::int64_t const* rows, std::uint16_t const* list, std::int64_t count,
                     std::int64_t* sums) {
    using Wide [[gnu::vector_size(64)]] = std::int64_t;
    Wide sum[8];
    __builtin_memcpy(sum, sums, sizeof sum);
    for (std::int64_t i = 0; i < count; ++i) {
        auto const* const row = rows + std::int64_t{list[i]} * 64;
        for (int k = 0; k < 8; ++k) {
            Wide part;
            __builtin_memcpy(&part, row + 8 * k, sizeof part);
            sum[k] += part;
        }
    }
    __builtin_memcpy(sums, sum, sizeof sum);
}

}  // namespace
}  // namespace maniple

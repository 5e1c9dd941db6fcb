// One object per instruction set; see core/instruction_set.hpp.
#pragma once

#include <cstdint>

#include "maniple/core/instruction_set.hpp"

namespace maniple {

// The largest integer whose digits all lie in [-127, 127].
inline constexpr double largest_fixed = 127.0 * 16843009.0;

// Adding it leaves a double no room for fractions: the sum is rounded to the nearest integer, ties
// to even, and its low 32 bits are that integer. The same on every machine.
inline constexpr double fixed_rounder = 0x1.8p52;

// The loops behind linalg/fixed_point.hpp over one unit of 64 samples.
struct FixedPointForm {
    // Integers and remainders of `count` values of one column; integers of up to 64 samples.
    // Returns the largest |value * scale|.
    double (*round)(double const* values, std::int64_t count, double scale, std::int32_t* integers,
                    std::int16_t* remainders);

    // The digits of 64 integers to a column's 16 bytes of each of the 16 quads, 64 bytes apart.
    void (*write_digits)(std::int32_t const* integers, std::int8_t* quads);

    // rows[s * stride + c] = integers[c * 64 + s] for `samples` rows of 16 columns.
    void (*write_rows)(std::int32_t const* integers, std::int64_t samples, std::int32_t* rows,
                       std::int64_t stride);
};

extern FixedPointForm const scalar_fixed_point;
extern FixedPointForm const avx2_fixed_point;
extern FixedPointForm const avx512_fixed_point;

// \pre this processor runs it
FixedPointForm const& fixed_point_form(InstructionSet set);

}  // namespace maniple

// One object per instruction set; see core/instruction_set.hpp.
#pragma once

#include <cstdint>

#include "maniple/core/instruction_set.hpp"

namespace maniple {

// Scores are summed in groups of eight: six digits (base 256) of each fill three panels of sixteen.
// Panel j of a group holds digit 2 j of the eight scores, then digit 2 j + 1.
inline constexpr std::int64_t score_group = 8;
inline constexpr std::int64_t score_limbs = 6;
inline constexpr std::int64_t group_panels = 3;

// The loops behind genotype/score_product.hpp.
struct ScoreForm {
    // Integers nearest to values[v] * factors[v] * scale.
    void (*round)(double const* values, double const* factors, double scale, std::int64_t count,
                  std::int64_t* integers);

    // Digits of 64 integers of the score `lane` of a group. Panels are panel_bytes apart.
    void (*write_digits)(std::int64_t const* integers, std::int64_t lane, std::int8_t* unit,
                         std::int64_t panel_bytes);

    // sums[g * 8 + lane] += the integers whose digits' sums start at digits + g * group_stride, for
    // `groups` groups. Panels of a group are panel_stride apart.
    void (*combine)(std::int32_t const* digits, std::int64_t panel_stride,
                    std::int64_t group_stride, std::int64_t groups, std::int64_t* sums);

    // sums[c] += rows[list[i] * 64 + c] over the list, c < 64.
    void (*add_rows)(std::int64_t const* rows, std::uint16_t const* list, std::int64_t count,
                     std::int64_t* sums);
};

extern ScoreForm const scalar_score;
extern ScoreForm const avx2_score;
extern ScoreForm const avx512_score;

// \pre this processor runs it
ScoreForm const& score_form(InstructionSet set);

}  // namespace maniple

// One object per instruction set; see core/instruction_set.hpp.
#pragma once

#include <cstdint>

#include "maniple/core/instruction_set.hpp"

namespace maniple {

inline constexpr std::int64_t score_limbs = 6;  // Digits (base 256) of an integer.

// Scores are summed in groups, whose digits lie in panels of sixteen.
struct ScoreLayout {
    std::int64_t lanes;       // Scores of a group.
    std::int64_t panels;      // Of a group.
    std::int64_t per_panel;   // Digits of one score in a panel.
    std::int64_t digit_step;  // From one to the next of these.
    std::int64_t lane_step;   // From a score to the next.
};

// Panel j holds digits 2 j of eight scores, then digits 2 j + 1.
inline constexpr ScoreLayout wide_layout{8, 3, 2, 8, 1};
// All digits of a score, two that are nothing, and all of another score.
inline constexpr ScoreLayout narrow_layout{2, 1, 6, 1, 8};

// One score's integers for `sum_few`.
struct FewWeights {
    std::uint32_t const* digits;  // quads x 6 digits x 4 variants
    std::int64_t const* missing;  // What a missing genotype adds, per variant.
};

// The loops behind genotype/score_product.hpp.
struct ScoreForm {
    // Integers nearest to values[v] * factors[v] * scale.
    void (*round)(double const* values, double const* factors, double scale, std::int64_t count,
                  std::int64_t* integers);

    // Digits of 64 integers of the score `lane` of a group. Panels are panel_bytes apart.
    void (*write_digits)(std::int64_t const* integers, ScoreLayout const& layout, std::int64_t lane,
                         std::int8_t* unit, std::int64_t panel_bytes);

    // sums[g * 8 + lane] += the integers whose digits' sums start at digits + g * group_stride, for
    // `groups` groups of the wide layout. Panels of a group are panel_stride apart.
    void (*combine)(std::int32_t const* digits, std::int64_t panel_stride,
                    std::int64_t group_stride, std::int64_t groups, std::int64_t* sums);

    // sums[c] += rows[list[i] * 64 + c] over the list, c < 64.
    void (*add_rows)(std::int64_t const* rows, std::uint16_t const* list, std::int64_t count,
                     std::int64_t* sums);

    // One or two scores without turning genotypes round; null where that is no faster.
    // lines: 256 samples of each variant, 4 * quads variants. sums: scores x 256, overwritten.
    void (*sum_few)(std::uint64_t const* const* lines, std::int64_t quads,
                    FewWeights const* weights, std::int64_t scores, std::int64_t* sums);
};

#if defined(__x86_64__)
void sum_few_avx512(std::uint64_t const* const* lines, std::int64_t quads,
                    FewWeights const* weights, std::int64_t scores, std::int64_t* sums);
#endif

extern ScoreForm const scalar_score;
extern ScoreForm const avx2_score;
extern ScoreForm const avx512_score;

// \pre this processor runs it
ScoreForm const& score_form(InstructionSet set);

}  // namespace maniple

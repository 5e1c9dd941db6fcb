/// \file  What a ScoreTile holds. Private to this module.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/genotype/score_product.hpp"
#include "product_forms.hpp"
#include "score_path.hpp"

namespace maniple {

constexpr std::int64_t unit_variants = 64;
constexpr std::int64_t unit_bytes = 1024;  // of a unit in one panel

/// Scores whose integers for missing genotypes are added together.
constexpr std::int64_t score_slice = 64;

constexpr std::int64_t round_up(std::int64_t count, std::int64_t multiple) {
    return (count + multiple - 1) / multiple * multiple;
}

struct ScoreTile::State {
    std::int64_t variants = 0;
    std::int64_t scores = 0;
    MissingShare missing = MissingShare::few;
    // Scores with any weight in this tile; only these are in the arrays.
    std::vector<std::int32_t> active;
    std::vector<double> ones;
    AlignedBuffer<std::int8_t> digits;
    AlignedBuffer<std::int64_t> missing_rows;   // slices x variants x 64
    AlignedBuffer<std::int8_t> missing_digits;  // as digits
    // One or two scores alone: digits of four variants side by side, integers for missing ones.
    std::array<std::vector<std::uint32_t>, narrow_layout.lanes> few_digits;
    std::array<std::vector<std::int64_t>, narrow_layout.lanes> few_missing;

    bool is_narrow() const { return std::ssize(active) <= narrow_layout.lanes; }
    std::int64_t quads() const { return (variants + 3) / 4; }

    std::int64_t units() const { return (variants + unit_variants - 1) / unit_variants; }
    ScoreLayout const& layout() const { return is_narrow() ? narrow_layout : wide_layout; }
    std::int64_t groups() const {
        return (std::ssize(active) + layout().lanes - 1) / layout().lanes;
    }
    std::int64_t panel_bytes() const { return units() * unit_bytes; }

    void find_active(MatrixView<double const> weights);
    void fill_digits(ScoreForm const& form, MatrixView<double const> weights,
                     std::span<double const> scales, std::span<double const> factors,
                     AlignedBuffer<std::int8_t>& into) const;
    void fill_few(ScoreForm const& form, MatrixView<double const> weights,
                  std::span<double const> scales, std::span<double const> factors);
    void fill_missing_rows(ScoreForm const& form, MatrixView<double const> weights,
                           std::span<double const> scales, std::span<double const> factors);
};

}  // namespace maniple

/// \file  Numbers for scores x variants, most of which may be zero.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/core/matrix_view.hpp"

namespace maniple {

/// scores x variants: what each score adds per copy of a variant's effect allele. Zeros (the score
/// leaves the variant out) take no memory, others twelve bytes; variants lie one after the other
/// (compressed sparse rows), so that a dense block of variants costs one pass over its weights.
class WeightMatrix {
public:
    WeightMatrix() : WeightMatrix{0} {}
    /// Without variants. \pre scores >= 0
    explicit WeightMatrix(std::int64_t scores);
    /// From compressed sparse rows: the weights of variant v are weights[starts[v] .. starts[v +
    /// 1]) and belong to the scores at the same positions. \pre is_valid of the same arguments
    WeightMatrix(std::int64_t scores, std::vector<std::int64_t> starts,
                 std::vector<std::int32_t> members, std::vector<double> weights);
    /// Starts ascend from 0 to the number of weights; a variant's scores ascend, each once, and are
    /// less than `scores`; weights are finite and not zero.
    static bool is_valid(std::int64_t scores, std::span<std::int64_t const> starts,
                         std::span<std::int32_t const> members, std::span<double const> weights);

    std::int64_t scores() const { return scores_; }
    std::int64_t variants() const { return std::ssize(starts_) - 1; }
    std::int64_t nonzero() const { return std::ssize(weights_); }

    /// Memory for so many variants, and weights that are not zero. \pre there are no fewer than
    /// none
    void reserve(std::int64_t variants, std::int64_t nonzero);
    /// The next variant. \param weights  one per score. \pre all are finite
    void append_variant(std::span<double const> weights);

    /// Weights of one variant that are not zero.
    struct Entries {
        std::span<std::int32_t const> scores;  ///< Positions, ascending.
        std::span<double const> weights;       ///< One per position.
    };
    /// \pre the variant is inside
    Entries variant(ScoredVariantIndex variant) const;
    /// \pre both are inside
    double at(ScoreIndex score, ScoredVariantIndex variant) const;

    /// One score's weights, zeros included, one per variant. \pre the score is inside
    std::vector<double> score(ScoreIndex score) const;
    /// Variants that each score weighs.
    std::vector<std::int64_t> count_variants() const;
    /// Dense weights of a few variants. \param block  scores x variants, overwritten.
    /// \pre the range is inside; block is scores() x variants.size()
    void copy_block(Range<ScoredVariantIndex> variants, MatrixView<double> block) const;

    /// The compressed sparse rows.
    std::span<std::int64_t const> starts() const { return starts_; }
    std::span<std::int32_t const> members() const { return members_; }
    std::span<double const> weights() const { return weights_; }

    friend bool operator==(WeightMatrix const&, WeightMatrix const&) = default;

private:
    std::int64_t scores_ = 0;
    std::vector<std::int64_t> starts_;   // variants + 1
    std::vector<std::int32_t> members_;  // Score of each weight.
    std::vector<double> weights_;
};

}  // namespace maniple

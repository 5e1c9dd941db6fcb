/// \file  Genotypes times weights, summed per sample: exactly.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "maniple/core/index.hpp"
#include "maniple/core/matrix_view.hpp"

namespace maniple {

/// Integers per unit of a score's weights.
///
/// The finest at which no integer is above 2^45 and twice the sum of all stays below 2^62, whatever
/// samples have. A weight is off by at most half an integer, and a sum over V variants by V
/// integers: V * 2^-45 of the largest weight or V * 2^-61 of the sum of all, whichever is more.
/// With a million variants of usual weights that is below 1e-12 of the sum. \param largest |weight|
/// of the score's variants. \param total  the sum of |weight|. \pre 0 <= largest <= total <
/// infinity
double choose_score_scale(double largest, double total);

/// The integer nearest to value * scale, of two equally near the even one.
/// \pre |value * scale| < 2^51
std::int64_t to_score_integer(double value, double scale);

/// Which variants of a tile lack genotypes.
enum class MissingShare {
    few,   ///< Each missing genotype is added by itself.
    many,  ///< All are multiplied, as genotypes are. Twice the work.
};

/// What scores give the ALT alleles of some consecutive variants. Reused from tile to tile; threads
/// share it once it is filled.
class ScoreTile {
public:
    /// Most variants of a tile.
    static constexpr std::int64_t most_variants = 2048;
    /// Above this share of missing genotypes MissingShare::many is cheaper.
    static constexpr double many_missing = 0.03;

    ScoreTile();
    ~ScoreTile();
    ScoreTile(ScoreTile&&) noexcept;
    ScoreTile& operator=(ScoreTile&&) noexcept;

    /// Upper bound of the memory of a tile.
    static std::int64_t bytes(std::int64_t variants, std::int64_t scores, MissingShare missing);

    /// Hold these weights instead of what was here. Both values of `missing` give the same sums.
    /// \param weights  scores x variants: added per ALT allele; finite.
    /// \param scales   one per score: choose_score_scale() of all the score's weights.
    /// \param missing_genotypes  one per variant: ALT alleles that a missing genotype counts, in
    ///                           [0, 2].
    /// \pre the extents agree; weights.columns() <= most_variants
    void assign(MatrixView<double const> weights, std::span<double const> scales,
                std::span<double const> missing_genotypes, MissingShare missing);

    std::int64_t variants() const;
    std::int64_t scores() const;

private:
    friend class ScoreProduct;
    struct State;
    std::unique_ptr<State> state_;
};

/// Memory that one thread needs for sums of scores; reused from tile to tile.
class ScoreWorkspace {
public:
    ScoreWorkspace();
    ~ScoreWorkspace();
    ScoreWorkspace(ScoreWorkspace&&) noexcept;
    ScoreWorkspace& operator=(ScoreWorkspace&&) noexcept;

    static std::int64_t bytes();

private:
    friend class ScoreProduct;
    struct State;
    std::unique_ptr<State> state_;
};

/// Samples that are summed together; parallel work is cut at multiples of it.
inline constexpr std::int64_t score_chunk = 512;

/// sums(s, c) += sum over variants of genotype(v, s) * integer(v, c), where integer(v, c) is
/// to_score_integer(weight, scale), and a missing genotype adds to_score_integer(weight * counted,
/// scale).
///
/// \param rows     one packed row (as of PackedView) per variant of the tile, of any blocks.
/// \param samples  those that are summed; sums.row(0) belongs to samples.first.
/// \param sums     samples x scores.
/// \pre rows.size() == tile.variants()
/// \pre samples.first is a multiple of score_chunk; samples.last is another, or the last sample's
///      successor
/// \pre sums is samples.size() x tile.scores()
/// Equal integers on every instruction set. Serial; threads use workspaces of their own, and
/// samples of their own or sums of their own.
void add_scores(std::span<std::span<std::uint64_t const> const> rows, ScoreTile const& tile,
                Range<SampleIndex> samples, ScoreWorkspace& workspace,
                MatrixView<std::int64_t> sums);

}  // namespace maniple

// The arithmetic of a linear scan on eight variants side by side, one form per instruction set. All
// forms compute the same bits: each lane's operations are those of one variant alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace maniple {

/// Where a difference keeps less than this share of what it is taken from, digits have cancelled
/// and the row is computed again from residuals. Above 1 / 50, the limit on variance inflation.
constexpr double cancels_below = 0.025;

/// Variants side by side. An array "of lanes" holds them as [group][quantity][lane].
constexpr std::int64_t lane_width = 8;

// Why a lane's numbers are to be computed again, as bits.
constexpr std::int64_t digits_cancelled = 1;  ///< Regress exactly.
constexpr std::int64_t effect_is_tiny = 2;    ///< Within the rounding of fixed point.

/// One trait on the variants of a tile.
struct TraitLanes {
    std::int64_t groups;             ///< Of eight variants.
    std::int64_t rank;               ///< Columns of Q.
    double const* projection;        ///< [groups][rank][8]: inverse(factor) Q'g.
    double const* own;               ///< [groups][8]: S.
    double const* inverse_own;       ///< [groups][8]: 1 / S.
    double const* inverse_variance;  ///< [groups][8]: 1 / (S x degrees of freedom).
    double const* products;          ///< [groups][8]: g'y [trait].
    double squares;                  ///< y'y of the trait's pattern.
    double unit;                     ///< Of the trait's integers.

    double* beta;            ///< [groups][8]
    double* standard_error;  ///< [groups][8]
    double* statistic;       ///< [groups][8]: their ratio.
    std::int64_t* doubt;     ///< [groups][8]: bits as above, 0 = none.
};

/// A trait whose Q'y and factor are the same for all variants.
struct SharedTrait {
    double const* solved;     ///< [rank]: inverse(factor) Q'y.
    double residual_squares;  ///< y'y - |solved|^2.
};

/// A trait from which each variant drops samples of its own.
struct DroppedTrait {
    double const* factor;        ///< [groups][triangle][8]
    double* covariate_products;  ///< [groups][rank][8]: Q'y; overwritten.
    double const* kept;          ///< [groups][8]: y'y over the samples that remain.
};

/// A lower triangle whose rows are padded to whole vectors of eight: where row r starts, in
/// doubles. The whole triangle has padded_start(rows).
constexpr std::int64_t padded_start(std::int64_t r) {
    auto const whole = r / lane_width;  // rows of 1, 2, ... vectors, eight of each
    return lane_width * (lane_width * whole * (whole + 1) / 2 + r % lane_width * (whole + 1));
}

/// Q'Q of each variant of a tile: the pattern's, less the samples without a genotype.
struct DownDate {
    std::int64_t rank;
    std::int64_t variants;
    double const* gram;       ///< Of the pattern: a padded triangle.
    double const* moments;    ///< [variants] padded triangles: of the design's samples without one.
    double const* rows;       ///< Rows of Q of samples that the pattern lacks, `row_stride` apart,
    std::int64_t row_stride;  ///< a multiple of eight; beyond the rank they are zero.
    std::int64_t const* lost;      ///< Rows that lack a genotype too, variant by variant,
    std::int64_t const* lost_end;  ///< [variants] and where each variant's end.
    double* triangle;              ///< Room for a padded one.
    double* lanes;                 ///< [groups][triangle][8]
    double* traces;                ///< [variants]: sums of diagonals, but for the first element.
};

struct LaneForms {
    void (*down_date)(DownDate const& task);

    /// projection ([groups][rank][8]), but for its first quantity: (sums - lost) x unit.
    /// \param sums, lost  [rank - 1] rows of variants, so many apart; `lost` may be null.
    void (*project)(std::int64_t const* sums, std::int64_t sums_stride, std::int64_t const* lost,
                    std::int64_t lost_stride, double const* units, std::int64_t rank,
                    std::int64_t variants, double* projection);

    /// Overwrite lower triangles A ([groups][triangle][8], linalg/cholesky.hpp) with L, L L' = A,
    /// its diagonal inverted. smallest [groups][8]: the smallest pivot as a share of its diagonal,
    /// 0 where a pivot is not positive; that lane's triangle is then of no use.
    void (*factorize)(double* triangles, std::int64_t rank, std::int64_t groups, double* smallest);

    /// b ([groups][rank][8]) = inverse(L) b, one L ([triangle]) for all lanes.
    void (*solve_shared)(double const* factor, std::int64_t rank, std::int64_t groups, double* b);

    /// The same with an L for each lane.
    void (*solve)(double const* factors, std::int64_t rank, std::int64_t groups, double* b);

    /// squares ([groups][8]) = |b|^2 of each lane.
    void (*sum_squares)(double const* b, std::int64_t rank, std::int64_t groups, double* squares);

    void (*test_shared)(TraitLanes const& lanes, SharedTrait const& trait);
    void (*test_dropped)(TraitLanes const& lanes, DroppedTrait const& trait);
};

extern LaneForms const scalar_lanes;
extern LaneForms const avx2_lanes;
extern LaneForms const avx512_lanes;

/// Those for `instruction_set()`.
LaneForms const& lane_forms();

/// `factorize` of one triangle. \pre it is positive definite
std::vector<double> factor_of(std::span<double const> triangle, std::int64_t rank);

/// `solve_shared` of one vector: inverse(factor) b.
std::vector<double> solve_with(std::span<double const> factor, std::span<double const> b);

}  // namespace maniple

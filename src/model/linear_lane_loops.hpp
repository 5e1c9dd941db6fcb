// The loops behind linear_lanes.hpp, compiled once per instruction set by the sources that include
// this. All names are local to the including source.
#pragma once

#include <cstdint>

#include "linear_lanes.hpp"

#pragma GCC diagnostic ignored "-Wpsabi"  // Vectors cross no call that is not inlined.

namespace maniple {
namespace {

// In as many registers as the instruction set needs for them.
using Lanes [[gnu::vector_size(64)]] = double;
using Flags [[gnu::vector_size(64)]] = std::int64_t;

// U below this many times its rounding is summed again to 48 bits: its p-value is near 1, and the
// relative error of -log10 p is that of the effect. For a normal trait these are effects below 1e-3
// standard errors; more where outliers, perhaps of dropped samples, make the unit coarse.
constexpr double small_effect = 4e5;

// Where the samples that remain hold less than this share of y'y, those that were dropped held
// outliers that make the fixed point too coarse for the rest.
constexpr double outlier_below = 0.01;

inline Lanes load(double const* from) {
    Lanes lanes;
    __builtin_memcpy(&lanes, from, sizeof lanes);
    return lanes;
}

inline void store(Lanes lanes, double* to) { __builtin_memcpy(to, &lanes, sizeof lanes); }

inline Lanes root(Lanes lanes) {
    for (int i = 0; i < 8; ++i) lanes[i] = __builtin_sqrt(lanes[i]);
    return lanes;
}

inline double const* at(double const* lanes, std::int64_t i) { return lanes + i * lane_width; }
inline double* at(double* lanes, std::int64_t i) { return lanes + i * lane_width; }

// Of variant i: the triangle goes to its lane.
inline void finish_triangle(DownDate const& task, std::int64_t i) {
    auto const rank = task.rank;
    double* lane =
        task.lanes + i / lane_width * (rank * (rank + 1) / 2) * lane_width + i % lane_width;
    double trace = 0;
    double const* row = task.triangle;
    for (std::int64_t r = 0; r < rank; ++r) {
        for (std::int64_t c = 0; c <= r; ++c, lane += lane_width) *lane = row[c];
        if (r > 0) trace += row[r];
        row += (r / lane_width + 1) * lane_width;
    }
    task.traces[i] = trace;
}

void down_date_any(DownDate const& task) {
    auto const padded = padded_start(task.rank);
    std::int64_t const* lost = task.lost;
    for (std::int64_t i = 0; i < task.variants; ++i) {
        double const* const moments = task.moments + i * padded;
        for (std::int64_t k = 0; k < padded; k += lane_width) {
            store(load(task.gram + k) - load(moments + k), task.triangle + k);
        }
        for (auto const* const end = task.lost + task.lost_end[i]; lost < end; ++lost) {
            double const* const row = task.rows + *lost * task.row_stride;
            double* sums = task.triangle;
            for (std::int64_t r = 0; r < task.rank; ++r) {
                for (std::int64_t c = 0; c <= r; c += lane_width, sums += lane_width) {
                    store(load(sums) + row[r] * load(row + c), sums);
                }
            }
        }
        finish_triangle(task, i);
    }
}

// The same with the triangle in registers.
template <int rank>
void down_date_small(DownDate const& task) {
    constexpr auto vectors = static_cast<int>(padded_start(rank) / lane_width);
    constexpr int chunks = (rank + 7) / 8;
    std::int64_t const* lost = task.lost;
    for (std::int64_t i = 0; i < task.variants; ++i) {
        Lanes sums[vectors];
        double const* const moments = task.moments + i * vectors * lane_width;
#pragma GCC unroll 32
        for (int k = 0; k < vectors; ++k) sums[k] = load(at(task.gram, k)) - load(at(moments, k));
        for (auto const* const end = task.lost + task.lost_end[i]; lost < end; ++lost) {
            double const* const row = task.rows + *lost * task.row_stride;
            Lanes columns[chunks];
#pragma GCC unroll 2
            for (int c = 0; c < chunks; ++c) columns[c] = load(at(row, c));
            int k = 0;
#pragma GCC unroll 16
            for (int r = 0; r < rank; ++r) {
#pragma GCC unroll 2
                for (int c = 0; c <= r / 8; ++c, ++k) sums[k] += row[r] * columns[c];
            }
        }
#pragma GCC unroll 32
        for (int k = 0; k < vectors; ++k) store(sums[k], at(task.triangle, k));
        finish_triangle(task, i);
    }
}

void down_date_lanes(DownDate const& task) {
    constexpr void (*small[])(DownDate const&) = {
        down_date_any,       down_date_small<1>,  down_date_small<2>,  down_date_small<3>,
        down_date_small<4>,  down_date_small<5>,  down_date_small<6>,  down_date_small<7>,
        down_date_small<8>,  down_date_small<9>,  down_date_small<10>, down_date_small<11>,
        down_date_small<12>, down_date_small<13>, down_date_small<14>, down_date_small<15>,
        down_date_small<16>};
    small[task.rank <= 16 ? task.rank : 0](task);
}

void project_lanes(std::int64_t const* sums, std::int64_t sums_stride, std::int64_t const* lost,
                   std::int64_t lost_stride, double const* units, std::int64_t rank,
                   std::int64_t variants, double* projection) {
    for (std::int64_t r = 1; r < rank; ++r, sums += sums_stride, lost += lost_stride) {
        double const unit = units[r - 1];
        for (std::int64_t i = 0; i < variants; i += lane_width) {
            double* const lanes = at(projection, i / lane_width * rank + r);
            auto const count = variants - i < lane_width ? variants - i : lane_width;
            for (std::int64_t k = 0; k < count; ++k) {
                auto const sum = lost == nullptr ? sums[i + k] : sums[i + k] - lost[i + k];
                lanes[k] = static_cast<double>(sum) * unit;
            }
        }
    }
}

void factorize_lanes(double* triangles, std::int64_t rank, std::int64_t groups, double* smallest) {
    for (std::int64_t g = 0; g < groups; ++g) {
        Lanes least = Lanes{} + 1.0;
        double* row = triangles;
        for (std::int64_t r = 0; r < rank; row = at(row, ++r)) {
            Lanes const diagonal = load(at(row, r));
            Lanes pivot = diagonal;
            double const* above = triangles;
            for (std::int64_t c = 0; c < r; above = at(above, ++c)) {
                Lanes sum = load(at(row, c));
                for (std::int64_t k = 0; k < c; ++k) sum -= load(at(row, k)) * load(at(above, k));
                sum *= load(at(above, c));
                store(sum, at(row, c));
                pivot -= sum * sum;
            }
            Lanes const share = pivot > 0.0 ? pivot / diagonal : Lanes{};
            least = share < least ? share : least;
            store(1.0 / root(pivot), at(row, r));
        }
        store(least, at(smallest, g));
        triangles = row;
    }
}

void solve_lanes_shared(double const* factor, std::int64_t rank, std::int64_t groups, double* b) {
    for (std::int64_t g = 0; g < groups; ++g, b = at(b, rank)) {
        double const* row = factor;
        for (std::int64_t r = 0; r < rank; row += ++r) {
            Lanes sum = load(at(b, r));
            for (std::int64_t k = 0; k < r; ++k) sum -= row[k] * load(at(b, k));
            store(sum * row[r], at(b, r));
        }
    }
}

void solve_lanes(double const* factors, std::int64_t rank, std::int64_t groups, double* b) {
    for (std::int64_t g = 0; g < groups; ++g, b = at(b, rank)) {
        for (std::int64_t r = 0; r < rank; factors = at(factors, ++r)) {
            Lanes sum = load(at(b, r));
            for (std::int64_t k = 0; k < r; ++k) sum -= load(at(factors, k)) * load(at(b, k));
            store(sum * load(at(factors, r)), at(b, r));
        }
    }
}

inline Lanes squares_of(double const* b, std::int64_t rank) {
    Lanes sum{};
    for (std::int64_t r = 0; r < rank; ++r) sum += load(at(b, r)) * load(at(b, r));
    return sum;
}

void sum_squares(double const* b, std::int64_t rank, std::int64_t groups, double* squares) {
    for (std::int64_t g = 0; g < groups; ++g)
        store(squares_of(at(b, g * rank), rank), at(squares, g));
}

// What is left of y'y, and what of it and g'y the covariates explain.
inline void test_group(TraitLanes const& t, std::int64_t g, Lanes kept, Lanes residual,
                       Lanes covariates) {
    Lanes const own = load(at(t.own, g));
    Lanes const u = load(at(t.products, g)) - covariates;
    Lanes const beta = u * load(at(t.inverse_own, g));
    Lanes const unexplained = residual - u * beta;
    Lanes const error = root(unexplained * load(at(t.inverse_variance, g)));
    store(beta, at(t.beta, g));
    store(error, at(t.standard_error, g));
    store(beta / error, at(t.statistic, g));
    Flags const sound = (residual >= cancels_below * kept) & (kept >= outlier_below * t.squares) &
                        (unexplained >= cancels_below * residual);
    double const rounding = small_effect * t.unit;
    Flags const small = u * u < rounding * rounding * own;
    Flags const doubt = (~sound & digits_cancelled) | (small & effect_is_tiny);
    __builtin_memcpy(t.doubt + g * lane_width, &doubt, sizeof doubt);
}

void test_shared(TraitLanes const& lanes, SharedTrait const& trait) {
    for (std::int64_t g = 0; g < lanes.groups; ++g) {
        double const* const projection = at(lanes.projection, g * lanes.rank);
        Lanes covariates{};
        for (std::int64_t r = 0; r < lanes.rank; ++r) {
            covariates += load(at(projection, r)) * trait.solved[r];
        }
        test_group(lanes, g, Lanes{} + lanes.squares, Lanes{} + trait.residual_squares, covariates);
    }
}

void test_dropped(TraitLanes const& lanes, DroppedTrait const& trait) {
    auto const rank = lanes.rank;
    solve_lanes(trait.factor, rank, lanes.groups, trait.covariate_products);
    for (std::int64_t g = 0; g < lanes.groups; ++g) {
        double const* const projection = at(lanes.projection, g * rank);
        double const* const solved = at(trait.covariate_products, g * rank);
        Lanes covariates{};
        for (std::int64_t r = 0; r < rank; ++r) {
            covariates += load(at(projection, r)) * load(at(solved, r));
        }
        Lanes const kept = load(at(trait.kept, g));
        test_group(lanes, g, kept, kept - squares_of(solved, rank), covariates);
    }
}

constexpr LaneForms forms{.down_date = down_date_lanes,
                          .project = project_lanes,
                          .factorize = factorize_lanes,
                          .solve_shared = solve_lanes_shared,
                          .solve = solve_lanes,
                          .sum_squares = sum_squares,
                          .test_shared = test_shared,
                          .test_dropped = test_dropped};

}  // namespace
}  // namespace maniple

// The loops behind linalg/row_moments.hpp, compiled once per instruction set by the sources that
// include this. All names are local to the including source.
#pragma once

#include <cstdint>

#include "row_moment_forms.hpp"

namespace maniple {
namespace {

enum class Tile {
    products,  ///< Of covariates with columns.
    all,       ///< And the columns' sums and squares.
    corner,    ///< The same, where the first vector of columns holds covariates alone.
};

// `lanes` columns stand side by side; sums of up to most_rows x 2 vectors stay in registers while
// the samples stream by in the order of the list, so that lanes never mix.
template <class Lanes, int most_rows>
struct MomentLoops {
    using Vector = typename Lanes::Doubles;
    static constexpr int lanes = Lanes::count;

    static constexpr std::int64_t run_samples = 128;  // Their covariates fit the L1 cache.
    static constexpr std::int64_t padded(std::int64_t count) {
        return (count + lanes - 1) / lanes * lanes;
    }

    // Some samples, and their covariates from first_row on as doubles.
    struct Run {
        MomentTask const& task;
        std::int64_t const* samples;
        std::int64_t count;
        std::int64_t first_row;
        bool is_first;
        double* covariates;  // count x padded(rows)
    };

    // sum + a * b, rounded once: half the instructions of two roundings, and more exact.
    static void add_product(Vector& sum, Vector a, Vector b) { sum = Lanes::fuse(a, b, sum); }
    static void add_product(Vector& sum, double a, Vector b) {
        sum = Lanes::fuse(Vector{} + a, b, sum);
    }
    static Vector load(double const* from) {
        Vector values;
        __builtin_memcpy(&values, from, sizeof values);
        return values;
    }
    static void store(Vector values, double* to) { __builtin_memcpy(to, &values, sizeof values); }
    static void convert_covariates(Run const& run, std::int64_t stride) {
        auto* to = run.covariates;
        for (std::int64_t i = 0; i < run.count; ++i) {
            auto const* const from =
                run.task.integers + run.samples[i] * run.task.row_stride + run.first_row;
            for (std::int64_t r = 0; r < stride; r += lanes)
                store(Lanes::convert(from + r), to + r);
            to += stride;
        }
    }

    // In the corner the first vector needs no products below the diagonal, and its squares are
    // on the diagonal.
    template <int rows, int vectors, Tile kind>
    static void add_tile(Run const& run, std::int64_t c) {
        constexpr bool has_moments = kind != Tile::products;
        constexpr int first_square = kind == Tile::corner ? 1 : 0;
        constexpr auto is_needed = [](int r, int k) {
            return kind != Tile::corner || k > 0 || r < lanes;
        };
        auto const& task = run.task;
        auto* const products = task.products + run.first_row * task.product_stride + c;
        Vector product_sums[rows + 1][vectors] = {};
        Vector sums[vectors] = {};
        Vector squares[vectors] = {};
        if (!run.is_first) {
#pragma GCC unroll 16
            for (int k = 0; k < vectors; ++k) {
                if (has_moments) sums[k] = load(task.sums + c + k * lanes);
                if (has_moments) squares[k] = load(task.squares + c + k * lanes);
#pragma GCC unroll 16
                for (int r = 0; r < rows; ++r) {
                    product_sums[r][k] = load(products + r * task.product_stride + k * lanes);
                }
            }
        }
        // The next tile's part of a row lies on another page's line where there are many columns.
        auto const ahead = c + vectors * lanes < task.width ? vectors * lanes : 0;
        auto const* left = run.covariates;
        for (std::int64_t i = 0; i < run.count; ++i) {
            auto const* const from = task.integers + run.samples[i] * task.row_stride + c;
            __builtin_prefetch(from + ahead);
            Vector right[vectors];
#pragma GCC unroll 16
            for (int k = 0; k < vectors; ++k) {
                right[k] = Lanes::convert(from + k * lanes);
                if (has_moments) sums[k] += right[k];
                if (has_moments && k >= first_square) add_product(squares[k], right[k], right[k]);
            }
#pragma GCC unroll 16
            for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 16
                for (int k = 0; k < vectors; ++k) {
                    if (is_needed(r, k)) add_product(product_sums[r][k], left[r], right[k]);
                }
            }
            left += padded(rows);
        }
#pragma GCC unroll 16
        for (int k = 0; k < vectors; ++k) {
            if (has_moments) store(sums[k], task.sums + c + k * lanes);
            if (has_moments) store(squares[k], task.squares + c + k * lanes);
#pragma GCC unroll 16
            for (int r = 0; r < rows; ++r) {
                if (is_needed(r, k)) {
                    store(product_sums[r][k], products + r * task.product_stride + k * lanes);
                }
            }
        }
    }

    template <int rows, int vectors>
    static void add_tile(Run const& run, std::int64_t c) {
        if (run.first_row > 0) {
            add_tile<rows, vectors, Tile::products>(run, c);
        } else if (c == 0 && run.task.covariates >= lanes) {
            add_tile<rows, vectors, Tile::corner>(run, c);
        } else {
            add_tile<rows, vectors, Tile::all>(run, c);
        }
    }

    // Columns left of the first row's vector are left of the diagonal for all rows.
    template <int rows>
    static void add_rows(Run const& run) {
        convert_covariates(run, padded(rows));
        auto c = run.first_row / lanes * lanes;
        for (; c + lanes < run.task.width; c += 2 * lanes) add_tile<rows, 2>(run, c);
        if (c < run.task.width) add_tile<rows, 1>(run, c);
    }

    template <int rows>
    static void add_rows(Run const& run, std::int64_t wanted) {
        if (rows == wanted) {
            add_rows<rows>(run);
        } else if constexpr (rows > 0) {
            add_rows<rows - 1>(run, wanted);
        }
    }

    static void add(MomentTask const& task) {
        // Rows are shared out evenly: ten and one would be slower than six and five.
        auto const tiles = (task.covariates + most_rows - 1) / most_rows;
        auto const rows = tiles == 0 ? 0 : (task.covariates + tiles - 1) / tiles;
        alignas(64) double covariates[run_samples * padded(most_rows)];
        std::int64_t start = 0;
        do {
            std::int64_t r = 0;
            do {
                auto const rest = task.count - start;
                Run const run{.task = task,
                              .samples = task.samples + start,
                              .count = rest < run_samples ? rest : run_samples,
                              .first_row = r,
                              .is_first = start == 0,
                              .covariates = covariates};
                add_rows<most_rows>(run, task.covariates - r < rows ? task.covariates - r : rows);
                r += rows;
            } while (r < task.covariates);
            start += run_samples;
        } while (start < task.count);
    }
};

}  // namespace
}  // namespace maniple

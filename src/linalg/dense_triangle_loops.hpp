// The small triangles of linalg/dense_matrix.hpp, compiled once per instruction set by the sources
// that include this. All names are local to the including source.
#pragma once

#include <cstdint>

#include "dense_forms.hpp"

namespace maniple {
namespace {

template <class Lanes, int most_rows, int most_vectors>
struct TriangleLoops {
    using Vector = typename Lanes::Doubles;
    static constexpr int lanes = Lanes::count;

    static Vector load(double const* from) {
        Vector values;
        __builtin_memcpy(&values, from, sizeof values);
        return values;
    }
    static void store(Vector values, double* to) { __builtin_memcpy(to, &values, sizeof values); }
    // sum - a * b, rounded once.
    static Vector subtract(Vector sum, double a, Vector b) {
        return Lanes::fuse_negated(Lanes::spread(a), b, sum);
    }

    // Right-hand sides stand side by side in lanes; rows first to first + rows of the solution.
    template <int rows, int vectors>
    static void solve_rows(TriangleSolveTask const& task, double* x, std::int64_t first) {
        auto const factor = [&](std::int64_t r, std::int64_t k) {
            return task.factor[(first + r) * task.factor_stride + k * task.factor_inner_stride];
        };
        auto* const own = x + first * task.x_stride;
        Vector sums[rows][vectors];
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 16
            for (int v = 0; v < vectors; ++v)
                sums[r][v] = load(own + r * task.x_stride + v * lanes);
        }
        for (std::int64_t k = 0; k < first; ++k) {
            Vector known[vectors];
#pragma GCC unroll 16
            for (int v = 0; v < vectors; ++v) known[v] = load(x + k * task.x_stride + v * lanes);
#pragma GCC unroll 16
            for (int r = 0; r < rows; ++r) {
                auto const element = factor(r, k);
#pragma GCC unroll 16
                for (int v = 0; v < vectors; ++v) {
                    sums[r][v] = subtract(sums[r][v], element, known[v]);
                }
            }
        }
#pragma GCC unroll 16
        for (int r = 0; r < rows; ++r) {
#pragma GCC unroll 16
            for (int k = 0; k < r; ++k) {
                auto const element = factor(r, first + k);
#pragma GCC unroll 16
                for (int v = 0; v < vectors; ++v) {
                    sums[r][v] = subtract(sums[r][v], element, sums[k][v]);
                }
            }
            auto const inverse = Lanes::spread(1 / factor(r, first + r));
#pragma GCC unroll 16
            for (int v = 0; v < vectors; ++v) {
                sums[r][v] *= inverse;
                store(sums[r][v], own + r * task.x_stride + v * lanes);
            }
        }
    }

    template <int vectors, int rows>
    static void solve_last_rows(TriangleSolveTask const& task, double* x, std::int64_t first) {
        if (task.rows - first == rows) {
            solve_rows<rows, vectors>(task, x, first);
        } else if constexpr (rows > 1) {
            solve_last_rows<vectors, rows - 1>(task, x, first);
        }
    }

    template <int vectors>
    static void solve_strip(TriangleSolveTask const& task, double* x) {
        std::int64_t r = 0;
        for (; r + most_rows <= task.rows; r += most_rows) {
            solve_rows<most_rows, vectors>(task, x, r);
        }
        if (r < task.rows) solve_last_rows<vectors, most_rows - 1>(task, x, r);
    }

    static void solve(TriangleSolveTask const& task) {
        std::int64_t c = 0;
        for (; c + most_vectors * lanes <= task.columns; c += most_vectors * lanes) {
            solve_strip<most_vectors>(task, task.x + c);
        }
        for (; c + lanes <= task.columns; c += lanes) solve_strip<1>(task, task.x + c);
        auto const rest = task.columns - c;
        if (rest == 0) return;
        double padded[triangle_rows * lanes] = {};
        for (std::int64_t r = 0; r < task.rows; ++r) {
            for (std::int64_t i = 0; i < rest; ++i) {
                padded[r * lanes + i] = task.x[r * task.x_stride + c + i];
            }
        }
        auto copy = task;
        copy.x_stride = lanes;
        solve_strip<1>(copy, padded);
        for (std::int64_t r = 0; r < task.rows; ++r) {
            for (std::int64_t i = 0; i < rest; ++i) {
                task.x[r * task.x_stride + c + i] = padded[r * lanes + i];
            }
        }
    }

    // On the transposed triangle, whose row k is column k of the factor: lanes are rows of the
    // factor. What lies left of the diagonal is computed along and never read.
    static bool factorize(TriangleFactorTask const& task, double* pivots) {
        alignas(64) double columns[triangle_rows * triangle_rows] = {};
        auto const rows = task.rows;
        auto const last = (rows + lanes - 1) / lanes * lanes;
        for (std::int64_t i = 0; i < rows; ++i) {
            for (std::int64_t k = 0; k <= i; ++k) {
                columns[k * triangle_rows + i] = task.matrix[i * task.stride + k];
            }
        }
        for (std::int64_t k = 0; k < rows; ++k) {
            auto* const own = columns + k * triangle_rows;
            pivots[k] = own[k];
            if (!(own[k] > 0)) return false;
            auto const root = __builtin_sqrt(own[k]);
            auto const inverse = Lanes::spread(1 / root);
            for (auto i = k / lanes * lanes; i < last; i += lanes) {
                store(load(own + i) * inverse, own + i);
            }
            own[k] = root;
            for (auto j = k + 1; j < rows; ++j) {
                auto* const other = columns + j * triangle_rows;
                for (auto i = j / lanes * lanes; i < last; i += lanes) {
                    store(subtract(load(other + i), own[j], load(own + i)), other + i);
                }
            }
        }
        for (std::int64_t i = 0; i < rows; ++i) {
            for (std::int64_t k = 0; k <= i; ++k) {
                task.matrix[i * task.stride + k] = columns[k * triangle_rows + i];
            }
        }
        return true;
    }
};

}  // namespace
}  // namespace maniple

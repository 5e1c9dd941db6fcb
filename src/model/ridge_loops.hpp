// The loops behind ridge_forms.hpp, compiled once per instruction set by the sources that include
// this. All names are local to the including source. Products are rounded before they are added,
// for nothing is fused.
#pragma once

#include <cstdint>

#include "ridge_forms.hpp"

#pragma GCC diagnostic ignored "-Wpsabi"  // Vectors cross no call that is not inlined.

namespace maniple {
namespace {

using Lanes [[gnu::vector_size(64)]] = double;

inline Lanes load(double const* from) {
    Lanes lanes;
    __builtin_memcpy(&lanes, from, sizeof lanes);
    return lanes;
}

inline void store(Lanes lanes, double* to) { __builtin_memcpy(to, &lanes, sizeof lanes); }

// values -= basis * slopes of one sample; slopes are rank x width.
void subtract_basis(double const* basis, std::int64_t rank, double const* slopes,
                    std::int64_t width, double* values) {
    for (std::int64_t c = 0; c < width; c += ridge_lanes) {
        Lanes value = load(values + c);
        double const* slope = slopes + c;
        for (std::int64_t k = 0; k < rank; ++k, slope += width) value -= basis[k] * load(slope);
        store(value, values + c);
    }
}

void subtract_projection(ProjectionTask const& task) {
    for (std::int64_t s = 0; s < task.samples; ++s) {
        subtract_basis(task.basis + s * task.rank, task.rank, task.slopes, task.width,
                       task.values + s * task.width);
    }
}

// `count` columns of the basis from k on, whose sums stay in registers.
template <int count>
void project_some(ProjectionTask const& task, std::int64_t k, std::int64_t c) {
    Lanes sums[count] = {};
    for (std::int64_t s = 0; s < task.samples; ++s) {
        auto const value = load(task.values + s * task.width + c);
        auto const* const basis = task.basis + s * task.rank + k;
#pragma GCC unroll 8
        for (int n = 0; n < count; ++n) sums[n] += basis[n] * value;
    }
    for (int n = 0; n < count; ++n) store(sums[n], task.slopes + (k + n) * task.width + c);
}

void project(ProjectionTask const& task) {
    constexpr int together = 6;
    for (std::int64_t c = 0; c < task.width; c += ridge_lanes) {
        std::int64_t k = 0;
        for (; k + together <= task.rank; k += together) project_some<together>(task, k, c);
        for (; k < task.rank; ++k) project_some<1>(task, k, c);
    }
}

void predict_columns(PredictionTask const& task) {
    double* __restrict const row = task.row;
    for (std::int64_t s = 0; s < task.samples; ++s) {
        auto const* const sums = task.sums + s * task.width;
        for (std::int64_t c = 0; c < task.width; ++c)
            row[c] = static_cast<double>(sums[c]) * task.units[c] - task.constants[c];
        subtract_basis(task.basis + s * task.rank, task.rank, task.slopes, task.width, row);
        float* __restrict const values = task.values + s * task.width;
        for (std::int64_t c = 0; c < task.width; ++c) values[c] = static_cast<float>(row[c]);
    }
}

void clear(double* __restrict sums, std::int64_t width) {
    for (std::int64_t c = 0; c < width; ++c) sums[c] = 0;
}

void multiply_columns(GradientTask const& task, double* __restrict sums) {
    clear(sums, task.width);
    for (std::int64_t r = 0; r < task.rows; ++r) {
        auto const* const left = task.residual + r * task.width;
        auto const* const right = task.corrected + r * task.width;
        for (std::int64_t c = 0; c < task.width; ++c) sums[c] += left[c] * right[c];
    }
}

void find_column_curvatures(GradientTask const& task, double* __restrict sums) {
    clear(sums, task.width);
    for (std::int64_t r = 0; r < task.rows; ++r) {
        auto const* const direction = task.direction + r * task.width;
        auto const* const whole = task.image + r * task.width;
        double* __restrict const image = task.corrected + r * task.width;
        for (std::int64_t c = 0; c < task.width; ++c) {
            image[c] = whole[c] - image[c];
            sums[c] += direction[c] * image[c];
        }
    }
}

void move_columns(GradientTask const& task, double const* steps) {
    for (std::int64_t r = 0; r < task.rows; ++r) {
        double* __restrict const solution = task.solution + r * task.width;
        double* __restrict const residual = task.residual + r * task.width;
        double* __restrict const image = task.corrected + r * task.width;
        auto const* const direction = task.direction + r * task.width;
        for (std::int64_t c = 0; c < task.width; ++c) {
            solution[c] += steps[c] * direction[c];
            residual[c] -= steps[c] * image[c];
            image[c] = residual[c];
        }
    }
}

void turn_columns(GradientTask const& task, double const* keep, double const* last) {
    for (std::int64_t r = 0; r < task.rows; ++r) {
        double* __restrict const solution = task.solution + r * task.width;
        double* __restrict const direction = task.direction + r * task.width;
        double* __restrict const image = task.image + r * task.width;
        auto const* const residual = task.residual + r * task.width;
        auto const* const corrected = task.corrected + r * task.width;
        for (std::int64_t c = 0; c < task.width; ++c) {
            solution[c] += last[c] * corrected[c];
            direction[c] = corrected[c] + keep[c] * direction[c];
            image[c] = residual[c] + keep[c] * image[c];
        }
    }
}

constexpr RidgeForms forms{.predict = predict_columns,
                           .subtract_projection = subtract_projection,
                           .project = project,
                           .multiply = multiply_columns,
                           .find_curvatures = find_column_curvatures,
                           .move = move_columns,
                           .turn = turn_columns};

}  // namespace
}  // namespace maniple

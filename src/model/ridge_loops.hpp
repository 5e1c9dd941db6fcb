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

void subtract_basis(PredictionTask const& task, double const* basis) {
    for (std::int64_t c = 0; c < task.width; c += ridge_lanes) {
        Lanes value = load(task.row + c);
        double const* slope = task.slopes + c;
        for (std::int64_t k = 0; k < task.rank; ++k, slope += task.width)
            value -= basis[k] * load(slope);
        store(value, task.row + c);
    }
}

void predict_columns(PredictionTask const& task) {
    double* __restrict const row = task.row;
    for (std::int64_t s = 0; s < task.samples; ++s) {
        auto const* const sums = task.sums + s * task.width;
        for (std::int64_t c = 0; c < task.width; ++c)
            row[c] = static_cast<double>(sums[c]) * task.units[c] - task.constants[c];
        subtract_basis(task, task.basis + s * task.rank);
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
                           .multiply = multiply_columns,
                           .find_curvatures = find_column_curvatures,
                           .move = move_columns,
                           .turn = turn_columns};

}  // namespace
}  // namespace maniple

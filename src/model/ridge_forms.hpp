// Loops of block_ridge.hpp over columns side by side, one form per instruction set.
#pragma once

#include <cstdint>

namespace maniple {

// Rows of so many numbers are padded to whole vectors.
constexpr std::int64_t ridge_lanes = 8;
constexpr std::int64_t pad_lanes(std::int64_t count) {
    return (count + ridge_lanes - 1) / ridge_lanes * ridge_lanes;
}

// Predictions of some samples; rows of all but the basis have `width` numbers, padded.
struct PredictionTask {
    std::int64_t samples;
    std::int64_t width;
    std::int64_t rank;
    std::int64_t const* sums;  // samples x width
    double const* units;
    double const* constants;
    double const* basis;   // samples x rank
    double const* slopes;  // rank x width
    double* row;           // Room for one.
    float* values;         // samples x width: sum * unit - constant - basis * slopes
};

// Matrices of rows x width, of conjugate gradients.
struct GradientTask {
    std::int64_t rows;
    std::int64_t width;
    double* solution;
    double* residual;
    double* direction;
    double* image;
    double* corrected;
};

// Columns side by side of a few samples, less what a basis makes of slopes, or the basis' products
// with them.
struct ProjectionTask {
    std::int64_t samples;
    std::int64_t rank;
    std::int64_t width;   // Padded.
    double const* basis;  // samples x rank
    double* values;       // samples x width
    double* slopes;       // rank x width
};

struct RidgeForms {
    void (*predict)(PredictionTask const& task);

    // values -= basis * slopes
    void (*subtract_projection)(ProjectionTask const& task);

    // slopes = basis' * values
    void (*project)(ProjectionTask const& task);

    // sums[c] = residual' corrected of each column
    void (*multiply)(GradientTask const& task, double* sums);

    // corrected = image - corrected; sums[c] = direction' corrected
    void (*find_curvatures)(GradientTask const& task, double* sums);

    // solution += step * direction, residual -= step * corrected; corrected = residual
    void (*move)(GradientTask const& task, double const* steps);

    // solution += last * corrected, direction = corrected + keep * direction,
    // image = residual + keep * image
    void (*turn)(GradientTask const& task, double const* keep, double const* last);
};

extern RidgeForms const scalar_ridge;
extern RidgeForms const avx2_ridge;
extern RidgeForms const avx512_ridge;

// The form for `instruction_set()`.
RidgeForms const& ridge_forms();

}  // namespace maniple

// Coordinate descent on a quadratic with an elastic-net penalty.
#pragma once

#include <cstdint>
#include <span>

#include "maniple/core/matrix_view.hpp"

namespace maniple {

/// Minimise over b:  curvature / 2 (b - b0)'G(b - b0) - g'(b - b0)
///                   + sum_j (l1 |b_j| + l2 / 2 b_j^2).
struct PenalisedQuadratic {
    MatrixView<float const> gram;  ///< G: symmetric, single precision.
    double curvature = 1;
    double l1 = 0;
    double l2 = 0;
};

struct DescentLimits {
    double tolerance = 0;  ///< Stop when no coordinate's gradient is off by more.
    std::int64_t most_sweeps = 0;
};

/// \param gradient      g at b0; at the end minus the gradient of the quadratic at b.
/// \param coefficients  b0, then b.
/// \return sweeps over coordinates done; most_sweeps where they did not suffice.
/// Coordinates with next to no curvature stay. Bits do not depend on the instruction set.
std::int64_t descend(PenalisedQuadratic const& quadratic, std::span<double> gradient,
                     std::span<double> coefficients, DescentLimits limits);

/// gradient -= step * row, elementwise, one form per instruction set.
using SubtractRow = void(float const* row, double step, double* gradient, std::int64_t count);
SubtractRow subtract_row_scalar;
SubtractRow subtract_row_avx2;
SubtractRow subtract_row_avx512;

}  // namespace maniple

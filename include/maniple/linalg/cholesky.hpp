/// \file  Cholesky factors of the small matrices that each variant needs (one row per covariate).
#pragma once

#include <cstdint>
#include <span>

namespace maniple {

/// Lower triangle of a symmetric matrix, row by row: element (r, c) with c <= r is at r(r+1)/2 + c.
constexpr std::int64_t triangle_size(std::int64_t rows) { return rows * (rows + 1) / 2; }

/// Overwrite a lower triangle A with L where L L' = A.
///
/// \return the smallest pivot as a share of its diagonal, in [0, 1]: the smaller, the closer to
///         singular. 0 when a pivot is not positive; the contents are then of no use.
/// \pre    triangle.size() == triangle_size(rows)
double factorize(std::span<double> triangle, std::int64_t rows);

/// Overwrite b with inverse(L) b.
/// \pre   factor.size() == triangle_size(b.size())
void solve_lower(std::span<double const> factor, std::span<double> b);

}  // namespace maniple

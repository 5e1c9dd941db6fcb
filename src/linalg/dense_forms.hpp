// The innermost loops of linalg/dense_matrix.hpp, one set per instruction set; see
// core/instruction_set.hpp. Strides count elements and may be negative.
#pragma once

#include <cstdint>

#include "maniple/core/instruction_set.hpp"

namespace maniple {

enum class ElementType { float32, float64 };
enum class ProductShape { full, lower };

/// Element (i, k) of what is summed over k, at data + i * stride + k * inner_stride.
struct DenseOperand {
    void const* data;
    ElementType type;
    std::int64_t stride;
    std::int64_t inner_stride;
};

/// result(i, j) = fma(sign weight(k) left(i, k), right(j, k), result(i, j)), k in order.
struct DenseProductTask {
    DenseOperand left;
    DenseOperand right;
    std::int64_t const* chosen;  ///< Positions along k; null: 0 to inner - 1.
    double const* weights;       ///< By position; null: 1.
    double sign;                 ///< 1 or -1.
    double* result;
    std::int64_t result_stride;
    std::int64_t rows;
    std::int64_t columns;
    std::int64_t inner;
    ProductShape shape;
    double* packed_left;   ///< Room for packed_left_size doubles, on a cache line.
    double* packed_right;  ///< And for packed_right_size.
};

constexpr std::int64_t packed_inner = 256;    ///< Terms that are packed at a time,
constexpr std::int64_t packed_rows = 96;      ///< and rows, a multiple of all tiles' rows,
constexpr std::int64_t packed_columns = 768;  ///< and columns, a multiple of all tiles' columns.
constexpr std::int64_t packed_left_size = packed_inner * packed_rows;
constexpr std::int64_t packed_right_size = packed_inner * packed_columns;

constexpr std::int64_t triangle_rows = 32;  ///< At most, of the two tasks below.

/// Overwrite x (rows x columns) with inverse(factor) x, factor lower triangular.
struct TriangleSolveTask {
    double const* factor;
    std::int64_t factor_stride;        ///< From row to row.
    std::int64_t factor_inner_stride;  ///< From column to column.
    std::int64_t rows;
    double* x;
    std::int64_t x_stride;
    std::int64_t columns;
};

/// Overwrite the lower triangle of a matrix with its Cholesky factor.
struct TriangleFactorTask {
    double* matrix;
    std::int64_t stride;
    std::int64_t rows;
};

struct DenseKernels {
    void (*add_product)(DenseProductTask const& task);
    void (*solve_triangle)(TriangleSolveTask const& task);
    /// The pivots go to `pivots`. \return whether all are positive; if not, the rest is unset
    bool (*factorize_triangle)(TriangleFactorTask const& task, double* pivots);
};

extern DenseKernels const dense_kernels_scalar;
extern DenseKernels const dense_kernels_avx2;
extern DenseKernels const dense_kernels_avx512;

/// Those for one instruction set. \pre this processor runs it
DenseKernels const& dense_kernels(InstructionSet set);

}  // namespace maniple

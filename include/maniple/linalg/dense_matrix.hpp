/// \file  Products, Cholesky factors and triangular solutions of dense matrices.
///
/// Serial; each thread works on matrices of its own. Every element of a result is one chain of
/// fused multiply-adds (IEEE 754, rounded once) in the order that the function states, so that its
/// bits depend on neither the instruction set nor how the loops are blocked nor on the rows and
/// columns beside it. A result must not overlap what it is computed from, except where a function
/// overwrites its argument.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "maniple/core/index.hpp"
#include "maniple/core/matrix_view.hpp"

namespace maniple {

/// What a product reads: a matrix of doubles, or of float32 that become doubles exactly.
class Factor {
public:
    Factor(MatrixView<double const> matrix);
    Factor(MatrixView<double> matrix) : Factor{MatrixView<double const>{matrix}} {}
    Factor(MatrixView<float const> matrix);
    Factor(MatrixView<float> matrix) : Factor{MatrixView<float const>{matrix}} {}

    /// The same elements with rows and columns exchanged; nothing is copied.
    Factor transposed() const;

    std::int64_t rows() const { return rows_; }
    std::int64_t columns() const { return columns_; }

private:
    friend struct FactorAccess;

    void const* data_;
    bool is_double_;
    std::int64_t rows_;
    std::int64_t columns_;
    std::int64_t row_stride_;
    std::int64_t column_stride_;
};

/// The terms of a sum over the dimension that two factors share, which is often that of samples.
struct InnerTerms {
    /// Positions that take part, in the order of the sum; all, ascending, where absent.
    std::optional<std::span<SampleIndex const>> chosen = std::nullopt;
    /// One for each position, chosen or not: the left factor is multiplied by it and rounded
    /// first. Empty: none.
    std::span<double const> weights = {};
};

/// result += left * right; the chain of an element starts from what the result holds.
/// \pre   shapes agree; positions are inside; weights, if any, are one per position
void add_product(Factor const& left, Factor const& right, MatrixView<double> result,
                 InnerTerms const& terms = {});

/// result -= left * right, likewise.
void subtract_product(Factor const& left, Factor const& right, MatrixView<double> result,
                      InnerTerms const& terms = {});

/// result += matrix * matrix', on and below the diagonal alone; what lies above is left as it is.
/// For X'X of samples x columns give the transposed factor.
/// \pre   result is square with matrix.rows() rows; terms as in add_product
void add_gram(Factor const& matrix, MatrixView<double> result, InnerTerms const& terms = {});

/// Copy what lies below the diagonal to above it. \pre square
void mirror_lower(MatrixView<double> matrix);

/// Overwrite the lower triangle of a symmetric A with L where L L' = A; what lies above the
/// diagonal is neither read nor written. Element (i, j) is A(i, j) less L(i, k) L(j, k), k
/// ascending, times 1 / L(j, j).
///
/// \return the smallest pivot as a share of its diagonal, in [0, 1]: the smaller, the closer to
///         singular. 0 where a pivot is not positive (A is not positive definite, or has NaN); the
///         triangle is then of no use. 1 without rows.
/// \pre    square
double factorize(MatrixView<double> matrix);

/// Overwrite b (rows x right-hand sides) with inverse(L) b. Row i is b(i) less L(i, k) x(k), k
/// ascending, times 1 / L(i, i).
/// \pre   L is square, lower triangular, with b.rows() rows
void solve_lower(MatrixView<double const> factor, MatrixView<double> b);

/// Overwrite b with inverse(L') b. Row i is b(i) less L(k, i) x(k), k descending, times 1 / L(i,
/// i). \pre   as solve_lower
void solve_lower_transposed(MatrixView<double const> factor, MatrixView<double> b);

}  // namespace maniple

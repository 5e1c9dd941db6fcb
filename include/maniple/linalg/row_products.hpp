/// \file  Products of selected rows with themselves: how much of X'X some samples account for.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/core/matrix_view.hpp"
#include "maniple/linalg/fixed_point.hpp"

namespace maniple {

/// Some columns of a fixed-point matrix as rows of doubles: 1 (the intercept), then the columns in
/// their units, then zeros up to a multiple of eight.
class RowLayout {
public:
    RowLayout() = default;
    /// \param columns  in the matrix, in the order wanted.
    RowLayout(FixedPointMatrix const& matrix, std::vector<std::int64_t> columns);

    std::int64_t width() const { return width_; }  ///< Values of one row, padding included.
    std::span<std::int64_t const> columns() const { return columns_; }
    std::span<double const> units() const { return units_; }

private:
    std::vector<std::int64_t> columns_;
    std::vector<double> units_;
    std::int64_t width_ = 0;
};

/// Append the rows of `samples` to `rows`, each layout.width() long.
void gather_rows(FixedPointMatrix const& matrix, RowLayout const& layout,
                 std::span<SampleIndex const> samples, std::vector<double>& rows);

/// products(r, c) += sum over rows of row[r] * row[c], each element in the order of the rows: the
/// bits do not depend on the instruction set. \pre   rows.size() is a multiple of
/// products.columns(), which is a multiple of eight \pre   products.rows() <= products.columns()
void add_row_products(std::span<double const> rows, MatrixView<double> products);

}  // namespace maniple

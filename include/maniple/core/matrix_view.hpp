/// \file  Non-owning view of a dense matrix.
#pragma once

#include <cstdint>
#include <span>

#include "maniple/core/contract.hpp"

namespace maniple {

/// rows x columns, row-major; row r starts `row_stride` elements after row r - 1.
template <class T>
class MatrixView {
public:
    MatrixView(T* data, std::int64_t rows, std::int64_t columns, std::int64_t row_stride)
        : data_{data}, rows_{rows}, columns_{columns}, row_stride_{row_stride} {
        expect(rows >= 0 && columns >= 0, "a matrix has no negative extent");
        expect(row_stride >= columns, "rows of a matrix do not overlap");
    }
    MatrixView(T* data, std::int64_t rows, std::int64_t columns)
        : MatrixView{data, rows, columns, columns} {}

    /// A view of mutable elements serves where constant ones are asked for.
    operator MatrixView<T const>() const { return {data_, rows_, columns_, row_stride_}; }

    std::int64_t rows() const { return rows_; }
    std::int64_t columns() const { return columns_; }
    std::int64_t row_stride() const { return row_stride_; }
    T* data() const { return data_; }

    std::span<T> row(std::int64_t r) const {
        expect(r >= 0 && r < rows_, "row is inside the matrix");
        return {data_ + r * row_stride_, static_cast<std::size_t>(columns_)};
    }
    T& operator()(std::int64_t r, std::int64_t c) const { return data_[r * row_stride_ + c]; }

private:
    T* data_;
    std::int64_t rows_;
    std::int64_t columns_;
    std::int64_t row_stride_;
};

}  // namespace maniple

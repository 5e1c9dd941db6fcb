/// \file  Sums and products of selected rows: how much of X'X some samples account for.
#pragma once

#include <cstdint>
#include <span>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/index.hpp"
#include "maniple/core/matrix_view.hpp"

namespace maniple {

/// Neighbouring columns of a sample-major matrix, covariates first, then traits.
struct MomentColumns {
    std::int64_t first = 0;       ///< In the matrix.
    std::int64_t covariates = 0;  ///< How many of them are covariates.
    std::int64_t width = 0;       ///< How many they are.
};

/// Sums over some samples of columns x_c and of their products, in the units of the integers.
/// Reused from list to list.
class RowMoments {
public:
    /// Room for at most as many columns. \pre 0 <= covariates <= width
    RowMoments(std::int64_t covariates, std::int64_t width);

    /// Replace what is here by the sums over `samples`, which may be none, of `columns`.
    ///
    /// Each is added up in the order of the list, a product and its addition rounded
    /// once (IEEE 754 fused multiply-add): its bits depend on the integers of its columns and on
    /// the list alone, not on the instruction set, nor on the other columns. \param integers
    /// samples x columns; seven more must be readable behind the last row. \pre   columns fit the
    /// room and lie inside the matrix \pre   every sample is a row of the matrix
    void sum_over(std::span<SampleIndex const> samples, MatrixView<std::int32_t const> integers,
                  MomentColumns columns);

    std::int64_t covariates() const { return covariates_; }  ///< Of the last sum_over().
    std::int64_t width() const { return width_; }

    double sum(std::int64_t c) const { return sums_[c]; }        ///< Of x_c.
    double square(std::int64_t c) const { return squares_[c]; }  ///< Of x_c^2.

    /// Of x_r x_c, for a covariate r. \pre r <= c: what lies left of the diagonal is unset
    double product(std::int64_t r, std::int64_t c) const { return products_[r * stride_ + c]; }

    std::span<double const> sums() const { return first_columns(sums_); }
    std::span<double const> squares() const { return first_columns(squares_); }
    /// covariates x width, unset left of the diagonal. Rows start on cache lines.
    MatrixView<double const> products() const {
        return {products_.data(), covariates_, width_, stride_};
    }

private:
    std::span<double const> first_columns(AlignedBuffer<double> const& buffer) const {
        return buffer.span().first(static_cast<std::size_t>(width_));
    }

    std::int64_t covariates_ = 0;
    std::int64_t width_ = 0;
    std::int64_t stride_ = 0;
    AlignedBuffer<double> sums_;
    AlignedBuffer<double> squares_;
    AlignedBuffer<double> products_;
};

}  // namespace maniple

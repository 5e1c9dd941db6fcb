/// \file  Real columns as integers, so that sums over samples are exact in any order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/matrix_view.hpp"

namespace maniple {

/// How a column of reals became integers: value = integer / scale.
struct FixedPoint {
    double scale = 1;  ///< Integers per unit of the column.
    int limbs = 4;     ///< int8 digits (base 256) that hold one integer, 3 or 4.
};

/// The finest scale that holds every value of the column in four limbs.
///
/// Rounding adds to a test statistic an error with an SD of (max |x| / SD of x) * 2^-31 / sqrt(12),
/// about 5e-10 standard errors for a normal column. A column of zeros gets scale 1. \pre   no
/// missing values
FixedPoint choose_fixed_point(std::span<double const> column);

/// Round one value half away from zero. \pre |value| is at most the column's largest
std::int32_t to_fixed(double value, FixedPoint format);

/// samples x columns of int32, sample-major, with the int8 digits of every column beside them.
class FixedPointMatrix {
public:
    /// \param samples, columns  extents; all values start as zero.
    FixedPointMatrix(std::int64_t samples, std::vector<FixedPoint> formats);

    std::int64_t samples() const { return samples_; }
    std::int64_t columns() const { return std::ssize(formats_); }
    FixedPoint format(std::int64_t column) const {
        return formats_[static_cast<std::size_t>(column)];
    }

    /// Round and store one column. \pre values.size() == samples()
    void set_column(std::int64_t column, std::span<double const> values);

    std::int32_t operator()(std::int64_t sample, std::int64_t column) const {
        return values_[sample * columns() + column];
    }
    /// One sample's integers.
    std::span<std::int32_t const> row(std::int64_t sample) const {
        return values_.span().subspan(static_cast<std::size_t>(sample * columns()),
                                      static_cast<std::size_t>(columns()));
    }

    /// samples x (sum of limbs), digits of column 0 first, least significant first.
    MatrixView<std::int8_t const> digits() const {
        return {digits_.data(), samples_, digit_columns_};
    }
    std::int64_t digit_columns() const { return digit_columns_; }

    /// Put products with `digits` together: sums[c] = sum over limbs of 256^limb * digit sum.
    /// \pre   digit_sums.size() == digit_columns(), sums.size() == columns()
    void combine(std::span<std::int64_t const> digit_sums, std::span<std::int64_t> sums) const;

private:
    std::int64_t samples_;
    std::vector<FixedPoint> formats_;
    std::int64_t digit_columns_ = 0;
    std::vector<std::int64_t> first_digit_;
    AlignedBuffer<std::int32_t> values_;
    AlignedBuffer<std::int8_t> digits_;
};

}  // namespace maniple

/// \file  Real columns as integers, so that sums over samples are exact in any order.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/index.hpp"
#include "maniple/core/matrix_view.hpp"

namespace maniple {

/// How a column of reals became integers: value = integer / scale.
struct FixedPoint {
    double scale = 1;  ///< Integers per unit of the column.
};

/// The finest scale that holds every value of the column in four signed digits of base 256.
///
/// Rounding adds to a test statistic an error with an SD of (max |x| / SD of x) * 2^-31 / sqrt(12),
/// about 5e-10 standard errors for a normal column. A column of zeros gets scale 1.
/// \pre   no missing values
FixedPoint choose_fixed_point(std::span<double const> column);

/// The integer nearest to value * scale, of two equally near the even one.
/// \pre   |value| is at most the column's largest
std::int32_t to_fixed(double value, FixedPoint format);

/// samples x columns of 48-bit fixed point in the three layouts that products read: the integers
/// by sample, their digits in panels, and what rounding to integers left, by column.
class FixedPointMatrix {
public:
    static constexpr std::int64_t limbs = 4;          ///< int8 digits (base 256) of one integer.
    static constexpr std::int64_t panel_columns = 4;  ///< Columns that share a panel.
    static constexpr std::int64_t panel_width = 16;   ///< Digits of one sample in a panel.
    static constexpr std::int64_t unit_samples = 64;  ///< Panels hold whole units of samples.
    static constexpr std::int64_t unit_bytes = 1024;  ///< Of one unit in one panel.
    static constexpr std::int64_t row_multiple = 16;  ///< Rows of integers are padded to this.

    static constexpr double remainders_per_step = 65536;  ///< Of an integer.

    FixedPointMatrix() = default;
    /// All values start as zero.
    FixedPointMatrix(std::int64_t samples, std::vector<FixedPoint> formats);
    /// Columns whose formats `fit_columns` will choose.
    FixedPointMatrix(std::int64_t samples, std::int64_t columns)
        : FixedPointMatrix{samples, std::vector<FixedPoint>(static_cast<std::size_t>(columns))} {}

    FixedPointMatrix copy() const;

    /// Memory of a matrix.
    static std::int64_t bytes(std::int64_t samples, std::int64_t columns);
    std::int64_t bytes() const { return bytes(samples_, columns()); }

    std::int64_t samples() const { return samples_; }
    std::int64_t columns() const { return std::ssize(formats_); }
    FixedPoint format(std::int64_t column) const {
        return formats_[static_cast<std::size_t>(column)];
    }

    /// Round and store one column, as `to_fixed` does. \pre values.size() == samples()
    void set_column(std::int64_t column, std::span<double const> values);

    /// As set_column for `first_column` and those after it. Memory is written once per sixteen
    /// columns (from a multiple of sixteen on), not once per column.
    /// \pre   each of `values` has samples() values
    void set_columns(std::int64_t first_column, std::span<std::span<double const> const> values);

    /// As set_columns, in the finest format of each column. Threads: calls for columns that do not
    /// overlap may run side by side.
    void fit_columns(std::int64_t first_column, std::span<std::span<double const> const> values);

    /// Forget the columns after the first `columns`; their memory stays.
    /// \pre   0 <= columns <= this->columns()
    void truncate(std::int64_t columns);

    std::int32_t operator()(std::int64_t sample, std::int64_t column) const {
        return integers_[sample * stride_ + column];
    }
    /// One sample's integers, on a cache line of their own.
    std::span<std::int32_t const> row(std::int64_t sample) const {
        return integers_.span().subspan(static_cast<std::size_t>(sample * stride_),
                                        static_cast<std::size_t>(columns()));
    }
    /// samples x columns. Rows are padded with zeros to a multiple of sixteen, and sixteen more
    /// zeros follow the last one: vectors may read past a row's end.
    MatrixView<std::int32_t const> integers() const {
        return {integers_.data(), samples_, columns(), stride_};
    }

    /// (value * scale - integer) * 65536 of every sample, rounded as to_fixed and at most 32767.
    std::span<std::int16_t const> remainders(std::int64_t column) const {
        return remainders_.span().subspan(static_cast<std::size_t>(column * remainder_stride_),
                                          static_cast<std::size_t>(samples_));
    }

    std::int64_t panels() const { return (columns() + panel_columns - 1) / panel_columns; }
    std::int64_t units() const { return (samples_ + unit_samples - 1) / unit_samples; }
    /// Digits of columns 4p to 4p + 3: units() x 16 quads x 16 digits x 4 samples, each column's
    /// least significant digit first. Samples of a unit are in the order in which their genotypes
    /// are cheapest to unpack: position 16 j + i of a unit is its sample 4 i + j. Padded with
    /// zeros.
    std::span<std::int8_t const> panel(std::int64_t p) const {
        return digits_.span().subspan(static_cast<std::size_t>(p * units() * unit_bytes),
                                      static_cast<std::size_t>(units() * unit_bytes));
    }

    /// Sum of a column's integers.
    std::int64_t total(std::int64_t column) const {
        return totals_[static_cast<std::size_t>(column)];
    }

    /// The same integers, digits and remainders for some samples and columns alone.
    /// \pre   samples and columns are inside the matrix
    FixedPointMatrix select(std::span<SampleIndex const> samples, std::int64_t first_column,
                            std::int64_t columns) const;

private:
    // Columns that share a line of 16 integers.
    void set_line(std::int64_t first_column, std::span<std::span<double const> const> values);

    std::int64_t samples_ = 0;
    std::int64_t stride_ = 0;            // of integers_
    std::int64_t remainder_stride_ = 0;  // whole cache lines
    std::vector<FixedPoint> formats_;
    std::vector<std::int64_t> totals_;
    AlignedBuffer<std::int32_t> integers_;
    AlignedBuffer<std::int8_t> digits_;
    AlignedBuffer<std::int16_t> remainders_;
};

}  // namespace maniple

/// \file  Round numbers at equal distances: bounds that tell of nobody, and ticks of axes.
#pragma once

#include <cstdint>

namespace maniple {

/// Multiples of 1, 2 or 5 times a power of ten. Each is the double nearest to its decimal digits
/// (with steps from 1e-22 to 1e22; beyond, to the last place).
class RoundGrid {
public:
    /// The finest grid whose step is no shorter than `shortest`.
    /// \pre shortest is positive and finite, from 1e-300 to 1e300
    explicit RoundGrid(double shortest);

    double step() const { return at(1); }
    double at(std::int64_t multiple) const;
    /// Digits behind the point that write any multiple in full.
    int decimals() const;
    /// The largest multiple that is not above `value`, and the smallest not below it.
    /// \pre |value| is less than 1e15 steps
    std::int64_t below(double value) const;
    std::int64_t above(double value) const;

private:
    int mantissa_ = 1;
    int exponent_ = 0;  // Of ten, at least 0.
    double power_ = 1;  // 10^exponent_
    bool is_divided_ = false;
};

}  // namespace maniple

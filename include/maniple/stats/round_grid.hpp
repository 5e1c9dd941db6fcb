/// \file  Round numbers at equal distances: bounds that tell of nobody, and ticks of axes.
#pragma once

#include <cstdint>

namespace maniple {

/// Multiples of 1, 2 or 5 times a power of ten. Each is the double nearest to its decimal digits.
class RoundGrid {
public:
    /// The finest grid whose step is no shorter than `shortest`.
    /// \pre shortest is positive and finite, from 1e-290 to 1e290
    explicit RoundGrid(double shortest);

    double step() const { return at(1); }
    double at(std::int64_t multiple) const;
    /// The largest multiple that is not above `value`, and the smallest not below it.
    /// \pre |value| is less than 1e15 steps
    std::int64_t below(double value) const;
    std::int64_t above(double value) const;

private:
    double mantissa_ = 1;
    double power_ = 1;  // Of ten, at least 1.
    bool is_divided_ = false;
};

}  // namespace maniple

#include "maniple/stats/round_grid.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"

namespace maniple {

namespace {

// The nearest double; products of tens would drift from 10^23 on.
double power_of_ten(int exponent) {
    return std::strtod(fmt::format("1e{}", exponent).c_str(), nullptr);
}

}  // namespace

RoundGrid::RoundGrid(double shortest) {
    constexpr double most = 1e300;
    expect(shortest >= 1 / most && shortest <= most, "a step is a positive number");

    is_divided_ = shortest <= 1;
    auto const reaches = [&](double mantissa) {
        return (is_divided_ ? mantissa / power_ : mantissa * power_) >= shortest;
    };
    while (is_divided_ ? reaches(1) : !reaches(10)) {
        power_ = power_of_ten(++exponent_);
    }
    for (int const mantissa : {1, 2, 5, 10}) {
        mantissa_ = mantissa;
        if (reaches(mantissa)) return;
    }
}

int RoundGrid::decimals() const {
    if (!is_divided_) return 0;
    return std::max(0, mantissa_ == 10 ? exponent_ - 1 : exponent_);
}

double RoundGrid::at(std::int64_t multiple) const {
    auto const digits = static_cast<double>(multiple) * mantissa_;
    return is_divided_ ? digits / power_ : digits * power_;
}

std::int64_t RoundGrid::below(double value) const {
    auto multiple = static_cast<std::int64_t>(std::floor(value / step()));
    while (at(multiple) > value) --multiple;
    while (at(multiple + 1) <= value) ++multiple;
    return multiple;
}

std::int64_t RoundGrid::above(double value) const {
    auto const multiple = below(value);
    return at(multiple) == value ? multiple : multiple + 1;
}

}  // namespace maniple

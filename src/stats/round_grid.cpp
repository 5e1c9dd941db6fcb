#include "maniple/stats/round_grid.hpp"

#include <cmath>

#include "maniple/core/contract.hpp"

namespace maniple {

RoundGrid::RoundGrid(double shortest) {
    constexpr double most = 1e290;
    expect(shortest >= 1 / most && shortest <= most, "a step is a positive number");

    is_divided_ = shortest <= 1;
    auto const reaches = [&](double mantissa) {
        return (is_divided_ ? mantissa / power_ : mantissa * power_) >= shortest;
    };
    if (is_divided_) {
        while (reaches(1)) power_ *= 10;
    } else {
        while (!reaches(10)) power_ *= 10;
    }
    for (double mantissa : {1, 2, 5, 10}) {
        mantissa_ = mantissa;
        if (reaches(mantissa)) return;
    }
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

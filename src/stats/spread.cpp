#include "maniple/stats/spread.hpp"

#include <cmath>

namespace maniple {

Spread spread_of(std::span<double const> values) {
    double largest = 0;
    for (auto x : values) largest = std::fmax(largest, std::abs(x));
    if (largest == 0 || std::isinf(largest)) return {};

    auto const exponent = std::ilogb(largest);
    auto const count = static_cast<double>(values.size());
    double sum = 0;
    for (auto x : values) sum += std::ldexp(x, -exponent);
    auto const mean = sum / count;
    double squares = 0;
    for (auto x : values) {
        auto const deviation = std::ldexp(x, -exponent) - mean;
        squares += deviation * deviation;
    }
    constexpr double rounding = 1e-13;
    return {.mean = std::ldexp(mean, exponent),
            .standard_deviation = std::ldexp(std::sqrt(squares / count), exponent),
            .is_constant = !(squares > rounding * rounding * count * mean * mean)};
}

}  // namespace maniple

#include "maniple/core/elementary.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace maniple {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// ln 2 in two parts; the first has zeros enough at its end to be multiplied by an exponent exactly.
constexpr double ln2_high = 0x1.62e42feep-1;
constexpr double ln2_low = 0x1.a39ef35793c76p-33;

// log(1 + f) = 2 artanh(s), s = f / (2 + f), by the Taylor series of artanh. For f between
// sqrt(1/2) - 1 and sqrt(2) - 1, s^2 is under 0.0295 and the terms left out are under 1e-17 of it.
constexpr double lowest_direct = -0.2929;
constexpr double highest_direct = 0.4143;

double log_near_one(double f) {
    double const s = f / (2 + f);
    double const square = s * s;
    double sum = 2.0 / 21;
    for (double const divisor : {19, 17, 15, 13, 11, 9, 7, 5, 3}) sum = sum * square + 2 / divisor;
    // 2s = f - s f: the large part of the result, f, has no rounding error of the division.
    return f - s * (f - square * sum);
}

}  // namespace

double portable_log(double x) {
    if (std::isnan(x) || x < 0) return not_a_number;
    if (x == 0) return -infinity;
    if (x == infinity) return infinity;

    double exponent = 0;
    if (x < std::numeric_limits<double>::min()) {
        x *= 0x1p54;
        exponent = -54;
    }
    // Adding the distance from sqrt(1/2) to 1 to the bits makes the exponent field round at
    // sqrt(2).
    constexpr auto one = std::bit_cast<std::uint64_t>(1.0);
    constexpr auto root_half = std::bit_cast<std::uint64_t>(0x1.6a09e667f3bcdp-1);
    auto const shifted = std::bit_cast<std::uint64_t>(x) + (one - root_half);
    auto const power = static_cast<std::int64_t>(shifted >> 52) - 1023;
    auto const mantissa_bits =
        std::bit_cast<std::uint64_t>(x) - (static_cast<std::uint64_t>(power) << 52);
    exponent += static_cast<double>(power);
    double const f = std::bit_cast<double>(mantissa_bits) - 1;
    return exponent * ln2_high + (log_near_one(f) + exponent * ln2_low);
}

double portable_log1p(double x) {
    if (x > lowest_direct && x < highest_direct) return log_near_one(x);
    double const sum = 1 + x;
    if (!(sum > 0) || sum == infinity) return portable_log(sum);
    double const lost = sum > 2 ? 1 - (sum - x) : x - (sum - 1);  // what rounding took from the sum
    return portable_log(sum) + lost / sum;
}

double portable_exp(double x) {
    if (std::isnan(x)) return x;
    if (x > 709.79) return infinity;
    if (x < -745.2) return 0;

    double const power = std::floor(x * 1.4426950408889634 + 0.5);
    double const rest = (x - power * ln2_high) - power * ln2_low;
    double sum = 1;  // Taylor series, Horner's scheme; |rest| <= ln(2) / 2
    for (int divisor = 14; divisor > 0; --divisor) sum = 1 + rest * sum / divisor;
    return std::ldexp(sum, static_cast<int>(power));
}

}  // namespace maniple

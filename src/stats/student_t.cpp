#include "maniple/stats/student_t.hpp"

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <numbers>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/core/instruction_set.hpp"
#include "student_t_forms.hpp"

namespace maniple {
namespace {

// ln(Gamma(x + 1/2) / (Gamma(x) sqrt(x))), by the asymptotic series for x >= 12 (its first
// neglected term is under 1e-16 there) and the recurrence Gamma(x + 1) = x Gamma(x) below.
double log_half_step_gamma_ratio(double x) {
    double product = 1;
    double const wanted = x;
    for (; x < 12; x += 1) product *= (x + 0.5) / x;
    double const inverse = 1 / x;
    double const square = inverse * inverse;
    double sum = 691.0 / 180224;
    for (double const term : {-31.0 / 18432, 17.0 / 14336, -1.0 / 640, 1.0 / 192, -1.0 / 8}) {
        sum = sum * square + term;
    }
    sum *= inverse;
    if (x == wanted) return sum;
    return sum + portable_log(std::sqrt(x / wanted) / product);
}

// Abramowitz and Stegun 26.5.8 with b = 1/2, by the modified Lentz method.
double beta_fraction(double a, double x) {
    constexpr double b = 0.5;
    double c = 1;
    double d = 1 / (1 - (a + b) * x / (a + 1));
    double product = d;
    for (double m = 1; m < 10'000; m += 1) {
        double const even = m * (b - m) * x / ((a - 1 + 2 * m) * (a + 2 * m));
        d = 1 / (1 + even * d);
        c = 1 + even / c;
        product *= d * c;
        double const odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 1 + 2 * m));
        d = 1 / (1 + odd * d);
        c = 1 + odd / c;
        product *= d * c;
        if (std::abs(d * c - 1) < 1e-15) break;
    }
    return product;
}

double log_twice_density(double degrees_of_freedom) {
    constexpr double log_root_two_over_pi = -0.22579135264472743;
    return log_root_two_over_pi + log_half_step_gamma_ratio(degrees_of_freedom / 2);
}

// 1 - p = 2 f(0) t (1 + t^2/df)^(-(df + 1)/2) F(1, (df + 1)/2; 3/2; t^2/(df + t^2)).
double centre(double t, double degrees_of_freedom, double log1p_square) {
    double const exponent = (degrees_of_freedom + 1) / 2;
    double const square = t * t / degrees_of_freedom;
    double const argument = square / (1 + square);
    double term = 1;
    double sum = 1;
    for (double i = 0; term > 1e-17 * sum; i += 1) {
        term *= argument * (exponent + i) / (1.5 + i);
        sum += term;
    }
    double const inside =
        portable_exp(log_twice_density(degrees_of_freedom) - exponent * log1p_square) * t * sum;
    return -portable_log1p(-inside);
}

double tail(double t, double degrees_of_freedom, double log1p_square) {
    double const root = t / std::sqrt(degrees_of_freedom);
    double const fraction = beta_fraction(degrees_of_freedom / 2, 1 / (1 + root * root));
    double const exponent = (degrees_of_freedom + 1) / 2;
    return exponent * log1p_square - log_twice_density(degrees_of_freedom) -
           portable_log(t / degrees_of_freedom) - portable_log(fraction);
}

// Where Hill's expansion does not reach.
double neg_log10_p_unexpanded(double t, double degrees_of_freedom) {
    if (std::isnan(t)) return t;
    expect(degrees_of_freedom > 0 && std::isfinite(degrees_of_freedom),
           "degrees of freedom are positive and finite");
    if (std::isinf(t)) return std::numeric_limits<double>::infinity();
    if (degrees_of_freedom > most_degrees_of_freedom) {
        return neg_log10_p_student_t(t, most_degrees_of_freedom);
    }
    t = std::abs(t);
    double const square = t * t / degrees_of_freedom;
    if (square < 1e-30) {
        return portable_exp(log_twice_density(degrees_of_freedom)) * t * std::numbers::log10e;
    }
    // the square of a huge t overflows; 1 makes no difference to it then
    double const log1p_square = square < 1e30
                                    ? portable_log1p(square)
                                    : 2 * portable_log(t) - portable_log(degrees_of_freedom);
    double const half = degrees_of_freedom / 2;
    bool const central = 1 / (1 + square) > (half + 1) / (half + 2.5);  // else the fraction is slow
    return (central ? centre(t, degrees_of_freedom, log1p_square)
                    : tail(t, degrees_of_freedom, log1p_square)) *
           std::numbers::log10e;
}

ExpandStudentT* choose() {
    switch (instruction_set()) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return expand_student_t_avx512;
        case InstructionSet::avx2:
            return expand_student_t_avx2;
#endif
        default:
            return expand_student_t_scalar;
    }
}

// \param step  from one element's degrees of freedom to the next one's
void fill(std::span<double const> t, double const* degrees_of_freedom, std::int64_t step,
          std::span<double> result) {
    static ExpandStudentT* const expand = choose();
    auto const count = std::ssize(t);
    if (expand(t.data(), degrees_of_freedom, step, count, result.data())) return;
    for (std::int64_t i = 0; i < count; ++i) {
        auto& value = result[static_cast<std::size_t>(i)];
        if (value != no_expansion) continue;
        value =
            neg_log10_p_unexpanded(t[static_cast<std::size_t>(i)], degrees_of_freedom[i * step]);
    }
}

// An empty span may have no address.
bool overlap(std::span<double const> left, std::span<double const> right) {
    if (left.empty() || right.empty()) return false;
    return std::less<>{}(left.data(), right.data() + right.size()) &&
           std::less<>{}(right.data(), left.data() + left.size());
}

}  // namespace

double neg_log10_p_student_t(double t, double degrees_of_freedom) {
    double result = 0;
    fill({&t, 1}, &degrees_of_freedom, 0, {&result, 1});
    return result;
}

void neg_log10_p_student_t(std::span<double const> t, std::span<double const> degrees_of_freedom,
                           std::span<double> result) {
    expect(t.size() == degrees_of_freedom.size() && t.size() == result.size(),
           "arrays of one length");
    expect(!overlap(result, t) && !overlap(result, degrees_of_freedom),
           "the result has its own place");
    fill(t, degrees_of_freedom.data(), 1, result);
}

void neg_log10_p_student_t(std::span<double const> t, double degrees_of_freedom,
                           std::span<double> result) {
    expect(t.size() == result.size() && !overlap(result, t), "a result of its own for each t");
    fill(t, &degrees_of_freedom, 0, result);
}

double student_t_95(double degrees_of_freedom) {
    if (!(degrees_of_freedom > 0)) return std::numeric_limits<double>::quiet_NaN();
    double const wanted = 1.3010299956639813;  // -log10 of 0.05
    double low = 1.9;                          // Below that of the normal distribution.
    double high = 2;
    while (neg_log10_p_student_t(high, degrees_of_freedom) < wanted) high *= 2;
    for (int i = 0; i < 60; ++i) {
        auto const middle = low + (high - low) / 2;
        (neg_log10_p_student_t(middle, degrees_of_freedom) < wanted ? low : high) = middle;
    }
    return high;
}

}  // namespace maniple

#include "maniple/stats/student_t.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "maniple/core/contract.hpp"
#include "maniple/stats/elementary.hpp"
#include "maniple/stats/normal.hpp"

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

// Where |z^4 + 250| / b is under this, the term after Hill's last one is under 1e-12 of the result.
constexpr double expansion_limit = 2e-3;

// Hill (1970): the factor that makes of z, z^2 = (df - 1/2) ln(1 + t^2 / df), the normal deviate
// with the same p-value. `y` is z^2.
double hill_factor(double y, double inverse_b) {
    double const first = y + 3;
    double const second = ((4 * y + 33) * y + 240) * y + 855;
    double const third = ((((64 * y + 788) * y + 9801) * y + 89775) * y + 543375) * y + 1788885;
    return 1 + inverse_b *
                   (first + inverse_b * (second * (-1.0 / 10) + inverse_b * (third * (1.0 / 210))));
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

}  // namespace

StudentTTail::StudentTTail(double degrees_of_freedom) : degrees_of_freedom_{degrees_of_freedom} {
    expect(degrees_of_freedom > 0 && std::isfinite(degrees_of_freedom),
           "degrees of freedom are positive and finite");
    constexpr double log_root_two_over_pi = -0.22579135264472743;
    log_twice_density_ = log_root_two_over_pi + log_half_step_gamma_ratio(degrees_of_freedom / 2);
    double const a = degrees_of_freedom - 0.5;
    inverse_b_ = 1 / (48 * a * a);
}

double StudentTTail::neg_log10_p(double t) const {
    if (std::isnan(t)) return t;
    if (std::isinf(t)) return std::numeric_limits<double>::infinity();
    t = std::abs(t);
    double const square = t * t / degrees_of_freedom_;
    if (square < 1e-30) return portable_exp(log_twice_density_) * t * std::numbers::log10e;

    // the square of a huge t overflows; 1 makes no difference to it then
    double const log1p_square = square < 1e30
                                    ? portable_log1p(square)
                                    : 2 * portable_log(t) - portable_log(degrees_of_freedom_);
    double const y = (degrees_of_freedom_ - 0.5) * log1p_square;
    if ((y * y + 250) * inverse_b_ < expansion_limit) {
        return neg_log10_p_normal(std::sqrt(y) * hill_factor(y, inverse_b_));
    }
    double const half = degrees_of_freedom_ / 2;
    bool const central = 1 / (1 + square) > (half + 1) / (half + 2.5);  // else the fraction is slow
    return (central ? centre(t, log1p_square) : tail(t, log1p_square)) * std::numbers::log10e;
}

// 1 - p = 2 f(0) t (1 + t^2/df)^(-(df + 1)/2) F(1, (df + 1)/2; 3/2; t^2/(df + t^2)).
double StudentTTail::centre(double t, double log1p_square) const {
    double const exponent = (degrees_of_freedom_ + 1) / 2;
    double const square = t * t / degrees_of_freedom_;
    double const argument = square / (1 + square);
    double term = 1;
    double sum = 1;
    for (double i = 0; term > 1e-17 * sum; i += 1) {
        term *= argument * (exponent + i) / (1.5 + i);
        sum += term;
    }
    double const inside = portable_exp(log_twice_density_ - exponent * log1p_square) * t * sum;
    return -portable_log1p(-inside);
}

double StudentTTail::tail(double t, double log1p_square) const {
    double const root = t / std::sqrt(degrees_of_freedom_);
    double const fraction = beta_fraction(degrees_of_freedom_ / 2, 1 / (1 + root * root));
    double const exponent = (degrees_of_freedom_ + 1) / 2;
    return exponent * log1p_square - log_twice_density_ - portable_log(t / degrees_of_freedom_) -
           portable_log(fraction);
}

double neg_log10_p_student_t(double t, double degrees_of_freedom) {
    return StudentTTail{degrees_of_freedom}.neg_log10_p(t);
}

}  // namespace maniple

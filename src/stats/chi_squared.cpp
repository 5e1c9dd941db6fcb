#include "maniple/stats/chi_squared.hpp"

#include <cmath>
#include <limits>
#include <numbers>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"

namespace maniple {
namespace {

// log gamma(degrees / 2) by the recurrence from gamma(1) = 1 or gamma(1/2) = sqrt(pi).
double log_gamma_of_half(std::int64_t degrees) {
    double log = degrees % 2 == 0 ? 0 : portable_log(std::numbers::pi) / 2;
    double product = 1;
    for (auto i = degrees % 2 == 0 ? std::int64_t{2} : std::int64_t{1}; i < degrees; i += 2) {
        product *= static_cast<double>(i) / 2;
        if (product > 1e200) {
            log += portable_log(product);
            product = 1;
        }
    }
    return log + portable_log(product);
}

// inverse(gamma(a)) times the integral up to x, divided by exp(-x) x^a / gamma(a).
double lower_series(double a, double x) {
    double term = 1 / a;
    double sum = term;
    for (double k = a + 1; term > sum * 1e-17; ++k) {
        term *= x / k;
        sum += term;
    }
    return sum;
}

// The upper integral divided likewise, by Lentz's method.
double upper_fraction(double a, double x) {
    double b = x + 1 - a;
    double c = std::numeric_limits<double>::max();
    double d = 1 / b;
    double fraction = d;
    for (int i = 1; i < 100'000; ++i) {
        auto const numerator = i * (a - i);
        b += 2;
        d = 1 / (numerator * d + b);
        c = b + numerator / c;
        auto const factor = d * c;
        fraction *= factor;
        if (std::abs(factor - 1) < 1e-16) break;
    }
    return fraction;
}

}  // namespace

double neg_log10_p_chi_squared(double statistic, std::int64_t degrees_of_freedom) {
    expect(statistic >= 0 || std::isnan(statistic), "a chi-squared statistic is not negative");
    expect(degrees_of_freedom > 0, "there are degrees of freedom");

    if (std::isnan(statistic) || std::isinf(statistic)) return statistic;
    if (statistic == 0) return 0;
    auto const a = static_cast<double>(degrees_of_freedom) / 2;
    auto const x = statistic / 2;
    auto const log_scale = a * portable_log(x) - x - log_gamma_of_half(degrees_of_freedom);
    auto const log_p = x < a + 1 ? portable_log1p(-portable_exp(log_scale) * lower_series(a, x))
                                 : log_scale + portable_log(upper_fraction(a, x));
    return std::fmax(0, -log_p * std::numbers::log10e);
}

}  // namespace maniple

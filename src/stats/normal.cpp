#include "maniple/stats/normal.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"

namespace maniple {
namespace {

constexpr double root_half = std::numbers::sqrt2 / 2;
constexpr double root_two_over_pi = root_half * 2 * std::numbers::inv_sqrtpi;
constexpr double central_limit = 0.46875;  // Cody's border between erf and erfc

// Cody (1969): erf(x) for |x| <= 0.46875.
double erf_central(double x) {
    constexpr std::array numerator{3.16112374387056560e00, 1.13864154151050156e02,
                                   3.77485237685302021e02, 3.20937758913846947e03,
                                   1.85777706184603153e-1};
    constexpr std::array denominator{2.36012909523441209e01, 2.44024637934444173e02,
                                     1.28261652607737228e03, 2.84423683343917062e03};
    double const square = x * x;
    double above = numerator[4] * square;
    double below = square;
    for (std::size_t i = 0; i < 3; ++i) {
        above = (above + numerator[i]) * square;
        below = (below + denominator[i]) * square;
    }
    return x * (above + numerator[3]) / (below + denominator[3]);
}

// Cody (1969): exp(x^2) erfc(x) for 0.46875 <= x <= 4.
double scaled_erfc_middle(double x) {
    constexpr std::array numerator{
        5.64188496988670089e-1, 8.88314979438837594e0,  6.61191906371416295e01,
        2.98635138197400131e02, 8.81952221241769090e02, 1.71204761263407058e03,
        2.05107837782607147e03, 1.23033935479799725e03, 2.15311535474403846e-8};
    constexpr std::array denominator{1.57449261107098347e01, 1.17693950891312499e02,
                                     5.37181101862009858e02, 1.62138957456669019e03,
                                     3.29079923573345963e03, 4.36261909014324716e03,
                                     3.43936767414372164e03, 1.23033935480374942e03};
    double above = numerator[8] * x;
    double below = x;
    for (std::size_t i = 0; i < 7; ++i) {
        above = (above + numerator[i]) * x;
        below = (below + denominator[i]) * x;
    }
    return (above + numerator[7]) / (below + denominator[7]);
}

// Cody (1969): exp(x^2) erfc(x) for x >= 4.
double scaled_erfc_far(double x) {
    constexpr std::array numerator{3.05326634961232344e-1, 3.60344899949804439e-1,
                                   1.25781726111229246e-1, 1.60837851487422766e-2,
                                   6.58749161529837803e-4, 1.63153871373020978e-2};
    constexpr std::array denominator{2.56852019228982242e00, 1.87295284992346725e00,
                                     5.27905102951428412e-1, 6.05183413124413191e-2,
                                     2.33520497626869185e-3};
    double const inverse = 1 / (x * x);
    double above = numerator[5] * inverse;
    double below = inverse;
    for (std::size_t i = 0; i < 4; ++i) {
        above = (above + numerator[i]) * inverse;
        below = (below + denominator[i]) * inverse;
    }
    double const correction = inverse * (above + numerator[4]) / (below + denominator[4]);
    return (std::numbers::inv_sqrtpi - correction) / x;
}

double scaled_erfc(double x) { return x <= 4 ? scaled_erfc_middle(x) : scaled_erfc_far(x); }

struct TailAndSlope {
    double neg_ln_p;  // of the two-sided p-value
    double slope;     // its derivative
};

// -ln erfc(x) = x^2 - ln(exp(x^2) erfc(x)): no exponential, so nothing can underflow.
double neg_ln_p(double z) {
    double const x = z * root_half;
    if (x <= central_limit) return -portable_log1p(-erf_central(x));
    return x * x - portable_log(scaled_erfc(x));
}

TailAndSlope tail_and_slope(double z) {
    double const x = z * root_half;
    double const value = neg_ln_p(z);
    // density / tail; in the centre exp(x^2) erfc(x) is made from the value itself
    double const scaled = x <= central_limit ? portable_exp(x * x - value) : scaled_erfc(x);
    return {value, root_two_over_pi / scaled};
}

// Newton's method. -ln p is convex in z >= 0 and lies above both z^2 / 2 and its tangent at zero,
// so that both bounds are at or above the root and the steps descend to it.
double from_neg_ln_p(double target) {
    if (std::isnan(target) || target == 0 || std::isinf(target)) return target;
    double z = std::min(std::sqrt(2 * target), target / root_two_over_pi);
    for (int step = 0; step < 50; ++step) {
        auto const [value, slope] = tail_and_slope(z);
        double const change = (value - target) / slope;
        z -= change;
        if (std::abs(change) <= 1e-9 * z) break;  // quadratic: the next change is below rounding
    }
    return z;
}

}  // namespace

double neg_log10_p_normal(double z) {
    if (std::isnan(z)) return z;
    if (std::isinf(z)) return std::numeric_limits<double>::infinity();
    return neg_ln_p(std::abs(z)) * std::numbers::log10e;
}

double normal_from_neg_log10_p(double neg_log10_p) {
    expect(!(neg_log10_p < 0), "-log10 of a probability is not negative");
    return from_neg_ln_p(neg_log10_p * std::numbers::ln10);
}

double chi_squared_1df_from_neg_log10_p(double neg_log10_p) {
    double const z = normal_from_neg_log10_p(neg_log10_p);
    return z * z;
}

double normal_quantile(double probability) {
    expect(!(probability < 0) && !(probability > 1), "a probability is between 0 and 1");
    if (std::isnan(probability)) return probability;
    bool const lower = probability < 0.5;
    double const tail = lower ? probability : 1 - probability;
    double const z = from_neg_ln_p(-portable_log(2 * tail));
    return lower ? -z : z;
}

}  // namespace maniple

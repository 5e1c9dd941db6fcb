#include "maniple/stats/saddlepoint.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/stats/normal.hpp"

namespace maniple {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

// Below so many standard deviations w is rounding, and p is that of a normal sum to as many digits.
constexpr double central_below = 1e-3;

// A squared deviate from the tilted mean, of a sum that has come to its end.
constexpr double end_below = 1e-8;

// A start whose correction is a larger share of it is no better for it.
constexpr double largest_correction = 0.25;

constexpr int most_steps = 200;

// The same sum seen from the other side where s is negative.
CumulantPoint mirrored(CumulantPoint point, double side) {
    point.first *= side;
    point.third *= side;
    return point;
}

// ln of the upper tail of a standard normal.
double log_normal_tail(double z) {
    double const two_sided = -neg_log10_p_normal(z) * std::numbers::ln10;
    if (z >= 0) return two_sided - std::numbers::ln2;
    return portable_log1p(-portable_exp(two_sided) / 2);
}

// K's point at the tilt that gives s > 0 its slope, and that tilt.
struct Saddlepoint {
    double tilt = 0;
    CumulantPoint point;
    bool is_inside = true;  // Else s is the end of what S can be, or beyond it.
};

// Has S hardly any variance left, as where it can be no larger?
bool is_end(CumulantPoint const& point, double tilt) {
    return tilt * tilt * point.second < end_below && tilt * point.first - point.value > 1;
}

// From a point so near that derivatives tell the rest.
Saddlepoint finish(CumulantPoint const& point, double tilt, double s) {
    double step = 0;
    for (int i = 0; i < 4; ++i) {
        auto const there = extrapolate(point, step);
        step -= (there.first - s) / there.second;
    }
    return {.tilt = tilt + step, .point = extrapolate(point, step)};
}

// Halley's method between bounds that close in.
Saddlepoint find_saddlepoint(CumulantFunction const& cumulants, double side, double s) {
    double below = 0;
    double above = cumulants.limit;
    double tilt = side * guess_tilt(cumulants, side * s);
    for (int i = 0; i < most_steps; ++i) {
        auto const point = mirrored(cumulants.at(side * tilt), side);
        double const excess = point.first - s;
        if ((tilt == cumulants.limit && excess <= 0) || is_end(point, tilt)) {
            return {.tilt = tilt, .point = point, .is_inside = false};
        }
        (excess < 0 ? below : above) = tilt;
        double const newton = -excess / point.second;
        double const halley = newton / (1 + newton * point.third / (2 * point.second));
        if (std::abs(newton) < cumulants.smooth && std::abs(halley) < cumulants.smooth) {
            return finish(point, tilt, s);
        }
        double next = tilt + halley;
        if (!(next > below && next < above)) next = tilt + newton;
        if (!(next > below && next < above)) {
            // Far beyond what a slope that levels off foretells: to the limit in doubling steps.
            next = excess < 0 ? std::min(2 * tilt, (tilt + above) / 2) : (below + above) / 2;
            if (excess < 0 && above == cumulants.limit && 2 * tilt >= above) next = above;
        }
        if (above - below <= 1e-13 * above) return {.tilt = tilt, .point = point};
        tilt = next;
    }
    auto const point = mirrored(cumulants.at(side * tilt), side);
    return {.tilt = tilt, .point = point};
}

}  // namespace

double guess_tilt(CumulantFunction const& cumulants, double slope) {
    auto const& origin = cumulants.origin;
    double const limit = std::copysign(cumulants.limit, slope);
    // K' = K2 (exp(c t) - 1) / c has the sum's second and third derivative.
    double const c = origin.third / origin.second;
    double const steps = slope * c / origin.second;
    double tilt = slope / origin.second;
    if (std::abs(steps) > 1e-6) tilt = steps > -0.95 ? portable_log1p(steps) / c : 2 * tilt;
    double const rise = origin.second * portable_exp(std::min(c * tilt, 700.0));
    double const correction =
        -(origin.fourth - origin.second * c * c) * tilt * tilt * tilt / (6 * rise);
    if (std::abs(correction) < largest_correction * std::abs(tilt)) tilt += correction;
    return std::abs(tilt) < std::abs(limit) ? tilt : limit;
}

CumulantPoint extrapolate(CumulantPoint const& point, double step) {
    auto const h = step;
    return {
        .value = point.value +
                 h * (point.first +
                      h / 2 * (point.second + h / 3 * (point.third + h / 4 * point.fourth))),
        .first = point.first + h * (point.second + h / 2 * (point.third + h / 3 * point.fourth)),
        .second = point.second + h * (point.third + h / 2 * point.fourth),
        .third = point.third + h * point.fourth,
        .fourth = point.fourth};
}

double log_saddlepoint_tail(CumulantFunction const& cumulants, double s) {
    expect(s != 0 && !std::isnan(s), "the tail of a value that is not the mean");

    double const side = s < 0 ? -1 : 1;
    double const distance = std::abs(s);
    auto const found = find_saddlepoint(cumulants, side, distance);
    double const exponent = found.tilt * distance - found.point.value;  // >= 0
    // At the end of what S can be exp(K - t s) falls towards the probability of the end itself, and
    // beyond the end without limit.
    if (!found.is_inside) return -exponent;
    double const w = std::sqrt(2 * exponent);
    double const v = found.tilt * std::sqrt(found.point.second);
    if (!(w > central_below)) {
        return log_normal_tail(distance / std::sqrt(cumulants.origin.second));
    }
    // Where little but the end of the distribution lies beyond s the formula exceeds Chernoff's
    // bound, which then is close.
    return std::min(log_normal_tail(w + portable_log(v / w) / w), -exponent);
}

double neg_log10_p_saddlepoint(CumulantFunction const& cumulants, double s) {
    double const z = s / std::sqrt(cumulants.origin.second);
    if (std::abs(z) < central_below) return neg_log10_p_normal(z);
    double const upper = log_saddlepoint_tail(cumulants, s);
    double const lower = log_saddlepoint_tail(cumulants, -s);
    double const larger = std::max(upper, lower);
    if (larger == -infinity) return infinity;
    double const both = larger + portable_log1p(portable_exp(std::min(upper, lower) - larger));
    return std::max(0.0, -both * std::numbers::log10e);
}

}  // namespace maniple

#include "maniple/model/firth_effect.hpp"

#include <cmath>

#include "maniple/core/elementary.hpp"

namespace maniple {
namespace {

constexpr int most_steps = 100;

// The penalised score at a point, and how fast it falls.
struct Slope {
    double score;
    double fall;
};

Slope slope_at(CumulantPoint const& k, double score) {
    double const skew = k.third / k.second;
    return {score - k.first + skew / 2, k.second - (k.fourth / k.second - skew * skew) / 2};
}

FirthEffect describe(CumulantFunction const& cumulants, CumulantPoint const& k, double beta,
                     double score) {
    double const rise =
        beta * score - k.value + portable_log(k.second / cumulants.origin.second) / 2;
    // Rounding where beta is next to nothing.
    return {.has_converged = true,
            .beta = beta,
            .standard_error = 1 / std::sqrt(k.second),
            .likelihood_ratio = 2 * (rise > 0 ? rise : 0)};
}

// From a point so near that derivatives tell the rest.
FirthEffect finish(CumulantFunction const& cumulants, CumulantPoint const& point, double beta,
                   double score) {
    double step = 0;
    for (int i = 0; i < 4; ++i) {
        auto const slope = slope_at(extrapolate(point, step), score);
        step += slope.score / slope.fall;
    }
    return describe(cumulants, extrapolate(point, step), beta + step, score);
}

}  // namespace

FirthEffect fit_firth_effect(CumulantFunction const& cumulants, double score) {
    double below = -cumulants.limit;
    double above = cumulants.limit;
    auto const& origin = cumulants.origin;
    // The penalty is worth about half a skewness of score.
    double beta = guess_tilt(cumulants, score + origin.third / origin.second / 2);
    for (int i = 0; i < most_steps; ++i) {
        auto const point = cumulants.at(beta);
        auto const slope = slope_at(point, score);
        if (!(point.second > 0)) return {};
        (slope.score > 0 ? below : above) = beta;
        double const step = slope.score / slope.fall;
        if (slope.fall > 0 && std::abs(step) < cumulants.smooth) {
            return finish(cumulants, point, beta, score);
        }
        double next = beta + step;
        if (!(slope.fall > 0 && next > below && next < above)) next = (below + above) / 2;
        if (!(above - below > 1e-12 * cumulants.limit)) return {};
        beta = next;
    }
    return {};
}

}  // namespace maniple

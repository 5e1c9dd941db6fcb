/// \file  Tails of a sum of independent terms, from its cumulant generating function.
#pragma once

#include <functional>

namespace maniple {

/// K(t), the log of the mean of exp(t S), and its derivatives in t.
struct CumulantPoint {
    double value = 0;
    double first = 0;
    double second = 0;
    double third = 0;
    double fourth = 0;
};

/// The cumulant generating function of a centred S: K and K' are 0 at t = 0.
struct CumulantFunction {
    /// K at any t with |t| <= limit.
    std::function<CumulantPoint(double t)> at;
    CumulantPoint origin;  ///< at(0); its second derivative is positive.
    double limit = 0;      ///< Where K grows straight: beyond it no probability is left.
    double smooth = 0;     ///< Steps within which derivatives up to the fourth tell K.
};

/// Where K' is about `slope`: exactly for a shifted and scaled Poisson sum, with a correction for
/// the fourth cumulant. A start for Newton's method, within the limit and of the slope's sign.
double guess_tilt(CumulantFunction const& cumulants, double slope);

/// K and its derivatives `step` away, by the terms that there are.
CumulantPoint extrapolate(CumulantPoint const& point, double step);

/// Natural logarithm of P(S >= s) for s > 0, or of P(S <= s) for s < 0, by the saddlepoint
/// approximation with r* = w + log(v / w) / w, w = sign(t) sqrt(2 (t s - K(t))),
/// v = t sqrt(K''(t)), K'(t) = s. Where s lies beyond all that S can be it is -infinity or very
/// small; at the largest value itself, that value's probability.
///
/// Within about 1e-9 of what the formula gives, whatever the start.
/// \pre   s is not 0, nor NaN
/// Sources: D. Kuonen (1999), Biometrika 86, equation 5; R. Dey et al. (2017), Am. J. Hum. Genet.
/// 101, equation 3.
double log_saddlepoint_tail(CumulantFunction const& cumulants, double s);

/// -log10 of P(|S| >= |s|), the sum of both tails; that of a normal S where s is so near to 0 that
/// the formula has no digits, or rather has none of the other tail's.
double neg_log10_p_saddlepoint(CumulantFunction const& cumulants, double s);

}  // namespace maniple

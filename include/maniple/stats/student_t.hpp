/// \file  Tails of Student's t distribution, out to p-values that a double cannot hold.
#pragma once

namespace maniple {

/// Two-sided tail probabilities of Student's t for one number of degrees of freedom.
///
/// Making one costs a few multiplications, so that one per variant is affordable.
class StudentTTail {
public:
    /// \pre   degrees_of_freedom > 0 and finite
    explicit StudentTTail(double degrees_of_freedom);

    /// -log10 of the two-sided p-value of `t`. Infinite t gives infinity, NaN gives NaN.
    ///
    /// Relative accuracy 1e-12 for 1 to 1e7 degrees of freedom and any t, also where p is near 1
    /// or below the smallest double.
    /// Threads: re-entrant. Does not allocate.
    /// Source: G. W. Hill (1970), Algorithm 396, Student's t-quantiles, the expansion that gives
    /// the equivalent normal deviate; elsewhere the continued fraction of the incomplete beta
    /// function (Abramowitz and Stegun 26.5.8) and the series of Gauss's function (15.1.1).
    double neg_log10_p(double t) const;

private:
    double centre(double t, double log1p_square) const;
    double tail(double t, double log1p_square) const;

    double degrees_of_freedom_;
    double log_twice_density_;  ///< ln(2 f(0)), f the density.
    double inverse_b_;          ///< Hill's 1 / b, b = 48 (degrees_of_freedom - 1/2)^2.
};

/// `StudentTTail{degrees_of_freedom}.neg_log10_p(t)`
/// \pre   degrees_of_freedom > 0 and finite
double neg_log10_p_student_t(double t, double degrees_of_freedom);

}  // namespace maniple

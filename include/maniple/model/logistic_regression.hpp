/// \file  Logistic regression with few columns.
#pragma once

#include <cstdint>
#include <span>

#include "maniple/model/regression_design.hpp"
#include "maniple/stats/bootstrap.hpp"

namespace maniple {

/// What may be known besides cases and columns.
struct LogisticOptions {
    std::span<double const> offset;  ///< Added to each linear predictor; empty: 0.
    Multiplicities times;            ///< How often each sample counts; empty: once.
    std::span<double const> start;   ///< RegressionFit::standardised of a similar fit; empty: 0.
};

/// Maximum likelihood of log odds = offset + intercept + columns * coefficients, by Newton steps
/// (iteratively reweighted least squares) that are halved where the likelihood falls.
///
/// Ends when the next step is below 1e-9 standard errors. Where some combination of columns tells
/// all cases from all controls (or all but some at its boundary) there is no optimum: `separated`.
/// \param is_case  one per sample, 0 or 1.
/// \pre   is_case, and what is not empty of offset and times, has one value per sample
/// Threads: re-entrant; serial, in sample order; equal bits on every instruction set.
/// Source: P. McCullagh and J. A. Nelder (1989), Generalized linear models, section 4.4.
RegressionFit fit_logistic(RegressionDesign const& design, std::span<std::uint8_t const> is_case,
                           LogisticOptions const& options = {});

/// 1 / (1 + exp(-x)).
double logistic(double x);

/// Nagelkerke's R^2 of `full` over `base`: Cox and Snell's share of the likelihood, divided by its
/// largest possible value; NaN unless both fits are ok. Source: N. J. D. Nagelkerke (1991),
/// Biometrika 78, equations 1 and 3.
/// \param samples  that both were fitted on, multiplicities included.
double nagelkerke_r_squared(double base_log_likelihood, double full_log_likelihood,
                            std::int64_t samples);

/// Share of the variance in liability that a score explains, from the share of the variance of case
/// (1) and control (0) that it explains in a sample with another share of cases.
/// \param observed    R^2 of the linear regression of case on the score.
/// \param prevalence  in the population. \param cases  share in the sample.
/// \pre   prevalence and cases are between 0 and 1
/// Source: S. H. Lee et al. (2012), Genet. Epidemiol. 36, equation 15.
double liability_r_squared(double observed, double prevalence, double cases);

}  // namespace maniple

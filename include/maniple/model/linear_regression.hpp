/// \file  Ordinary least squares with few columns.
#pragma once

#include <span>

#include "maniple/model/regression_design.hpp"
#include "maniple/stats/bootstrap.hpp"

namespace maniple {

/// Least squares of `response` on an intercept and the design's columns.
///
/// Standard errors are s / sqrt(samples) like: s^2 = residual squares / degrees of freedom.
/// \param times  how often each sample counts; empty: once.
/// \pre   response has one value per sample of the design, none missing; times too or is empty
/// Threads: re-entrant; serial, in sample order.
RegressionFit fit_linear(RegressionDesign const& design, std::span<double const> response,
                         Multiplicities times = {});

/// Share of the response's variance that a fit explains; NaN where the response is constant.
double r_squared(RegressionFit const& fit);

}  // namespace maniple

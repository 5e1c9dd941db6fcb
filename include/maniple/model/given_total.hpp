/// \file  Scores of events whose number is known.
#pragma once

#include "maniple/stats/saddlepoint.hpp"

namespace maniple {

/// From the cumulants of a centred sum over Poisson events to those given how many there are: each
/// of `total` events is one draw, K = total log(1 + Poisson's K / total).
///
/// An intercept that is fitted to the events, or a baseline hazard, fixes their number: what a
/// score varies by is on whom they fall. With Poisson's own cumulants tails of common variants are
/// too long where events are few.
/// \pre   total > 0
CumulantFunction given_total(CumulantFunction poisson, double total);

/// The same of one point.
CumulantPoint given_total(CumulantPoint const& poisson, double total);

}  // namespace maniple

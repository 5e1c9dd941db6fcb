/// \file  Who had the event by when, by group of the score.
#pragma once

#include <span>
#include <vector>

#include "evaluation_cuts.hpp"
#include "maniple/run/evaluation_curves.hpp"

namespace maniple {

/// Kaplan and Meier's incidence by fifth of the score, or of everybody where fifths may not be
/// told: with a horizon also where few people of one had the event by then, or later. Each curve is
/// told at round times only, between which (and after the last of which) no fewer than the smallest
/// count told had the event, or nobody, and likewise of those censored; the horizon, where there is
/// one, is one of these times. Nothing unless the outcome is a time to an event.
std::vector<IncidenceCurve> make_incidence(EvaluationData const& data,
                                           EvaluationRequest const& request, ToldCuts& told);

/// Round times at which a curve may be told, ascending; none where `horizon` may not be told.
/// \param horizon  0: there is none. \pre as many times as events; limit >= 1
std::vector<double> choose_times(std::span<double const> times,
                                 std::span<std::uint8_t const> is_event,
                                 std::span<double const> candidates, double horizon,
                                 std::int64_t limit);

}  // namespace maniple

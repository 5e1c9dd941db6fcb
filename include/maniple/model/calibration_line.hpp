/// \file  The outcome as a line of its prediction, with the uncertainty of every point.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "maniple/model/regression_design.hpp"
#include "maniple/model/score_metrics.hpp"
#include "maniple/stats/heterogeneity.hpp"

namespace maniple {

/// Expected outcome on the scale of predictions (trait, log odds, log hazard): level + slope *
/// (prediction - centre). Numbers have a meaning where `status` is ok.
struct CalibrationLine {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

    FitStatus status = FitStatus::ok;
    double centre = 0;  ///< Mean prediction of the people.
    double level = unknown;
    double slope = unknown;
    double level_variance = unknown;
    double covariance = unknown;  ///< Of level and slope.
    double slope_variance = unknown;
    double residual_variance = unknown;   ///< Of quantitative traits alone.
    double degrees_of_freedom = unknown;  ///< Likewise.
    std::int64_t samples = 0;
};

/// Linear and logistic regression of the outcome on the prediction; of times to events the Poisson
/// regression of the event on the prediction, with each person's cumulative baseline hazard at
/// their own time as known.
/// \param hazards  those, of times to events; else empty. \pre there are predictions, and people
/// Threads: re-entrant; serial, in order of people.
/// Source: D. R. Cox (1958), Biometrika 45 (the line); C. S. Crowson, E. J. Atkinson and T. M.
/// Therneau (2016), Stat. Methods Med. Res. 25, section 3 (Poisson regression).
CalibrationLine fit_calibration_line(EvaluatedPeople const& people,
                                     std::span<double const> hazards);

/// The line at one prediction, on the scale of predictions, with the 95% interval of the mean of
/// people with that prediction. NaN unless the line is ok.
Proportion line_at(CalibrationLine const& line, double prediction);

}  // namespace maniple

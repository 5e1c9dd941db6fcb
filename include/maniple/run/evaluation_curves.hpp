/// \file  What an evaluation tells of the shape of things: distributions, and curves over time.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "maniple/model/calibration_line.hpp"

namespace maniple {

/// What a histogram is of.
enum class HistogramScale : std::uint8_t {
    score,            ///< Where nothing is predicted that can be compared with the outcome.
    predicted_value,  ///< Of quantitative traits.
    predicted_risk,   ///< Of being a case; of an event by the horizon.
};

/// People between round bounds. Whoever equals a bound is below it.
struct PeopleHistogram {
    HistogramScale scale = HistogramScale::score;
    double step = 0;                   ///< Of the grid that the bounds are on.
    std::vector<double> bounds;        ///< Ascending.
    std::vector<std::int64_t> counts;  ///< One more: the first below all bounds, the last above.
};

/// Share of a group with the event by each of some round times.
struct IncidenceCurve {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

    std::string group;  ///< "fifth 1" of the score, or "all".
    std::int64_t samples = -1;
    std::int64_t events = -1;
    std::vector<double> times;
    std::vector<double> incidence;      ///< One per time, in steps of 1e-5.
    std::vector<double> lower;          ///< 95% interval; NaN where there is none.
    std::vector<double> upper;          ///< Likewise.
    std::vector<std::int64_t> at_risk;  ///< Followed beyond each time.
    std::string status = "ok";          ///< "suppressed" where no time may be told; "nobody".
};

struct EvaluationCurves {
    std::optional<PeopleHistogram> histogram;
    std::vector<IncidenceCurve> incidence;  ///< Times to events alone.
    std::optional<CalibrationLine> line;    ///< Where there are predictions.
};

/// Shares in steps of 1e-5: all digits would tell in which order few people left.
double round_share(double share);

}  // namespace maniple

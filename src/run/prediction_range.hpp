/// \file  Between which predictions an evaluation knows people. Private to run.
#pragma once

#include <optional>

#include "maniple/run/evaluation_file.hpp"

namespace maniple {

/// Risks, or values in units of the trait. People were predicted to lie beyond both ends, or at
/// them.
struct PredictionRange {
    double lower = 0;
    double upper = 0;

    bool contains(double prediction) const { return lower <= prediction && prediction <= upper; }
};

/// The outermost bounds of the histogram of predictions; where there is none, the mean predictions
/// of the outermost tenths. Nothing: neither is told.
std::optional<PredictionRange> find_prediction_range(EvaluationFile const& evaluation);

}  // namespace maniple

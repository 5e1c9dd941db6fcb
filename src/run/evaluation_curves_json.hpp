/// \file  Curves of an evaluation, as evaluation.json holds them.
#pragma once

#include <nlohmann/json.hpp>

#include "maniple/run/evaluation_curves.hpp"

namespace maniple {

/// Adds `histogram`, `incidence` and `calibration_line`, those that there are.
void add_curves(nlohmann::ordered_json& json, EvaluationCurves const& curves);

}  // namespace maniple

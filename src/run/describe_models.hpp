/// \file  What `maniple info` tells of models. Private to run.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "maniple/store/cohort.hpp"

namespace maniple {

/// Scores of every model, for people. \throws CorruptInput, EnvironmentError.
std::string describe_models(Cohort const& cohort);

/// The same for programs, as `describe_json` says.
nlohmann::ordered_json list_models_as_json(Cohort const& cohort);

}  // namespace maniple

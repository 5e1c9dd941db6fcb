// The null model of one trait of times to an event. Private to this module.
#pragma once

#include <cstdint>

#include "event_trait.hpp"
#include "maniple/model/hazard_null.hpp"

namespace maniple {

/// Cox regression on a basis of the covariates.
/// \param samples  of the cohort.
/// \pre   there is an event
/// Threads: any.
FittedEventTrait fit_hazard_trait(CovariateBasis const& made, EventTimes const& outcome,
                                  std::int64_t samples);

}  // namespace maniple

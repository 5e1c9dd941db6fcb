/// \file  What people are told of the samples that take part. Private to this module.
#pragma once

#include <cstdint>
#include <span>

#include "maniple/core/log.hpp"
#include "maniple/run/column_choice.hpp"
#include "maniple/run/trait_loader.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

/// Samples of the store, how its tables fit them, and who has every covariate; warns of covariates
/// with a level for every few people. \param null  the traits' model on the loader's covariates.
void describe_samples(Cohort const& cohort, StoreTables const& tables,
                      std::span<TraitReference const> traits, TraitLoader const& loader,
                      LinearNull const& null, Log& log);

}  // namespace maniple

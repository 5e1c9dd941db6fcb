/// \file  Tells whether a model is still the one it was.
#pragma once

#include <cstdint>

#include "maniple/store/model_file.hpp"

namespace maniple {

/// Of what scores and predictions follow from: variants and weights, offsets, effects of
/// covariates, baseline hazards. Recalibrations and training samples, to which evaluations add,
/// have no part in it.
std::uint64_t model_checksum(ScoreModel const& model);

}  // namespace maniple

/// \file  Memory of a whole-genome regression, beside what run/whole_genome_estimate.hpp says of
/// it. Private to this module.
#pragma once

#include <cstdint>
#include <vector>

#include "maniple/run/whole_genome_estimate.hpp"

namespace maniple {

/// What there is when a rank needs most.
std::vector<EstimateTerm> peak_terms(WholeGenomeShape const& shape,
                                     WholeGenomeMemory const& memory);

/// How many of the shape's traits at most fit its memory while variants are weighed; 0: not one.
std::int64_t most_weighed_traits(WholeGenomeShape const& shape);

}  // namespace maniple

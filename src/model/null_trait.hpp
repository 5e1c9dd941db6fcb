// What a null model keeps of one trait, from its residual in fixed point.
#pragma once

#include "maniple/linalg/row_moments.hpp"
#include "maniple/model/linear_null.hpp"

namespace maniple {

/// Fill in everything of `trait` but its name, pattern and column.
/// \param sums  over the design's samples of its columns and their products.
void measure_trait(NullTrait& trait, MissingnessPattern const& pattern, Design const& design,
                   RowMoments const& sums);

}  // namespace maniple

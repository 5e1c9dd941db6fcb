/// \file  Could an evaluation have found these numbers? Private to this module.
#pragma once

#include "maniple/run/evaluation_file.hpp"

namespace maniple {

/// Counts, intervals, curves and cells of a file that somebody may have edited: what pages draw and
/// say rests on them. Bootstrap intervals need not hold their estimate.
/// \throws std::invalid_argument where no evaluation writes such numbers.
void check_evaluation_file(EvaluationFile const& file);

}  // namespace maniple

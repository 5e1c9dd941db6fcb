#include "score_forms.hpp"
#include "score_loops.hpp"

namespace maniple {

ScoreForm const avx2_score{.round = round_values,
                           .write_digits = write_digits_unit,
                           .combine = combine_groups,
                           .add_rows = add_listed_rows};

}  // namespace maniple

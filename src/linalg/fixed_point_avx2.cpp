#include "fixed_point_loops.hpp"

namespace maniple {

constinit FixedPointForm const avx2_fixed_point{
    .round = round_unit, .write_digits = write_digits_unit, .write_rows = write_rows_unit};

}  // namespace maniple

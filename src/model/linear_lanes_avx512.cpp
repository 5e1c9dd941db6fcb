#include "linear_lane_loops.hpp"

namespace maniple {

constinit LaneForms const avx512_lanes = forms;

}  // namespace maniple

#include "linear_lane_loops.hpp"

namespace maniple {

constinit LaneForms const avx2_lanes = forms;

}  // namespace maniple

#include "linear_lane_loops.hpp"

namespace maniple {

constinit LaneForms const scalar_lanes = forms;

}  // namespace maniple

#include "tilted_lane_loops.hpp"

namespace maniple {

constinit TiltedForms const tilted_forms_scalar = TiltedLoops<2>::forms();

}  // namespace maniple

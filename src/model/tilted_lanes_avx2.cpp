#include "tilted_lane_loops.hpp"

namespace maniple {

constinit TiltedForms const tilted_forms_avx2 = TiltedLoops<4>::forms();

}  // namespace maniple

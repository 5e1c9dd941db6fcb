#include "tilted_lane_loops.hpp"

namespace maniple {

constinit TiltedForms const tilted_forms_avx512 = TiltedLoops<8>::forms();

}  // namespace maniple

#include "firth_near_lane_loops.hpp"

namespace maniple {

constinit NearForms const near_forms_avx2 = NearLoops<4>::forms();

}  // namespace maniple

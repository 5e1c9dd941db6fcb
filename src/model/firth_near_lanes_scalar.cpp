#include "firth_near_lane_loops.hpp"

namespace maniple {

constinit NearForms const near_forms_scalar = NearLoops<2>::forms();

}  // namespace maniple

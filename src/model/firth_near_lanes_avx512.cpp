#include "firth_near_lane_loops.hpp"

namespace maniple {

constinit NearForms const near_forms_avx512 = NearLoops<8>::forms();

}  // namespace maniple

#include "firth_lane_loops.hpp"

namespace maniple {

constinit FirthForms const firth_forms_scalar = FirthLoops<2>::forms();

}  // namespace maniple

#include "firth_lane_loops.hpp"

namespace maniple {

constinit FirthForms const firth_forms_avx2 = FirthLoops<4>::forms();

}  // namespace maniple

#include "firth_lane_loops.hpp"

namespace maniple {

constinit FirthForms const firth_forms_avx512 = FirthLoops<8>::forms();

}  // namespace maniple

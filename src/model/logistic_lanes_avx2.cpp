#include "logistic_lane_loops.hpp"

namespace maniple {

void evaluate_logistic_avx2(LogisticTask const& task) { LogisticLoops<4>::evaluate(task); }

}  // namespace maniple

#include "logistic_lane_loops.hpp"

namespace maniple {

void evaluate_logistic_scalar(LogisticTask const& task) { LogisticLoops<2>::evaluate(task); }

}  // namespace maniple

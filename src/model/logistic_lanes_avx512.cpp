#include "logistic_lane_loops.hpp"

namespace maniple {

void evaluate_logistic_avx512(LogisticTask const& task) { LogisticLoops<8>::evaluate(task); }

}  // namespace maniple

#include "logistic_lanes.hpp"

#include "maniple/core/instruction_set.hpp"

namespace maniple {
namespace {

EvaluateLogistic* choose() {
    switch (instruction_set()) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return evaluate_logistic_avx512;
        case InstructionSet::avx2:
            return evaluate_logistic_avx2;
#endif
        default:
            return evaluate_logistic_scalar;
    }
}

}  // namespace

void evaluate_logistic(LogisticTask const& task) {
    static auto* const chosen = choose();
    chosen(task);
}

}  // namespace maniple

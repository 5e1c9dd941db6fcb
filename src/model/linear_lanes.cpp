#include "linear_lanes.hpp"

#include "maniple/core/instruction_set.hpp"

namespace maniple {
namespace {

LaneForms const& choose() {
    switch (instruction_set()) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return avx512_lanes;
        case InstructionSet::avx2:
            return avx2_lanes;
#endif
        default:
            return scalar_lanes;
    }
}

}  // namespace

LaneForms const& lane_forms() {
    static LaneForms const& chosen = choose();
    return chosen;
}

}  // namespace maniple

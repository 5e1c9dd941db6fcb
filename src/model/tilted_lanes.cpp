#include "tilted_lanes.hpp"

namespace maniple {

TiltedForms const& tilted_forms(InstructionSet set) {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return tilted_forms_avx512;
        case InstructionSet::avx2:
            return tilted_forms_avx2;
#endif
        default:
            return tilted_forms_scalar;
    }
}

TiltedForms const& tilted_forms() {
    static auto const& chosen = tilted_forms(instruction_set());
    return chosen;
}

}  // namespace maniple

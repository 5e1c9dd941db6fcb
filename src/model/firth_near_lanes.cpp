#include "firth_near_lanes.hpp"

namespace maniple {

NearForms const& near_forms(InstructionSet set) {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return near_forms_avx512;
        case InstructionSet::avx2:
            return near_forms_avx2;
#endif
        default:
            return near_forms_scalar;
    }
}

NearForms const& near_forms() {
    static auto const& chosen = near_forms(instruction_set());
    return chosen;
}

}  // namespace maniple

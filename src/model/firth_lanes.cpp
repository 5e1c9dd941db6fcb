#include "firth_lanes.hpp"

namespace maniple {

FirthForms const& firth_forms(InstructionSet set) {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return firth_forms_avx512;
        case InstructionSet::avx2:
            return firth_forms_avx2;
#endif
        default:
            return firth_forms_scalar;
    }
}

FirthForms const& firth_forms() {
    static auto const& chosen = firth_forms(instruction_set());
    return chosen;
}

}  // namespace maniple

#include "ridge_forms.hpp"

#include "maniple/core/instruction_set.hpp"

namespace maniple {
namespace {

RidgeForms const& choose() {
    switch (instruction_set()) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return avx512_ridge;
        case InstructionSet::avx2:
            return avx2_ridge;
#endif
        default:
            return scalar_ridge;
    }
}

}  // namespace

RidgeForms const& ridge_forms() {
    static RidgeForms const& chosen = choose();
    return chosen;
}

}  // namespace maniple

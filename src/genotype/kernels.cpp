#include "maniple/genotype/kernels.hpp"

#include "kernel_forms.hpp"

namespace maniple {

Kernels const& kernels(InstructionSet set) {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return avx512_kernels;
        case InstructionSet::avx2:
            return avx2_kernels;
#endif
        default:
            return scalar_kernels;
    }
}

Kernels const& kernels() {
    static Kernels const& chosen = kernels(instruction_set());
    return chosen;
}

}  // namespace maniple

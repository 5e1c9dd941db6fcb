#include "transposition_forms.hpp"

namespace maniple {

TransposeSquare* transpose_square(InstructionSet set) {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::avx512:
        case InstructionSet::amx:
            return transpose_square_avx512;
        case InstructionSet::avx2:
            return transpose_square_avx2;
#endif
        default:
            return transpose_square_scalar;
    }
}

}  // namespace maniple

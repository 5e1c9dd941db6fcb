#include "score_forms.hpp"

namespace maniple {

ScoreForm const& score_form(InstructionSet set) {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::amx:
        case InstructionSet::avx512:
            return avx512_score;
        case InstructionSet::avx2:
            return avx2_score;
#endif
        default:
            return scalar_score;
    }
}

}  // namespace maniple

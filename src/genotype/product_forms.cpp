#include "product_forms.hpp"

namespace maniple {

ProductForm const& product_form(InstructionSet set) {
    switch (set) {
#if defined(__x86_64__)
        case InstructionSet::amx:
            return amx_product;
        case InstructionSet::avx512:
            return avx512_product;
        case InstructionSet::avx2:
            return avx2_product;
#endif
        default:
            return scalar_product;
    }
}

}  // namespace maniple

// One object per instruction set; see core/instruction_set.hpp.
#pragma once

#include "maniple/genotype/kernels.hpp"

namespace maniple {

extern Kernels const scalar_kernels;
extern Kernels const avx2_kernels;
extern Kernels const avx512_kernels;

}  // namespace maniple

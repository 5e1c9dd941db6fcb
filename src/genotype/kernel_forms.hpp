// One object per instruction set; which of them run here is decided in kernels.cpp.
#pragma once

#include "maniple/genotype/kernels.hpp"

namespace maniple {

extern Kernels const scalar_kernels;
extern Kernels const avx2_kernels;    // AVX2, POPCNT
extern Kernels const avx512_kernels;  // AVX-512 F, BW, VL, VPOPCNTDQ

}  // namespace maniple

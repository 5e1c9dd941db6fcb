/// \file  Which form of a kernel this processor runs.
#pragma once

#include <span>
#include <string_view>

namespace maniple {

/// Forms that kernels are compiled in, slowest first. All compute the same bits.
enum class InstructionSet {
    scalar,  ///< What every processor of the architecture runs.
    avx2,    ///< AVX2, BMI, BMI2 and POPCNT.
    avx512,  ///< AVX-512 F, BW, VL, DQ, VNNI and VPOPCNTDQ.
    amx,     ///< That, and AMX tiles of int8.
};

std::string_view to_string(InstructionSet set);

/// Those that this processor runs, slowest first.
std::span<InstructionSet const> runnable_instruction_sets();

/// The fastest of them, chosen once; MANIPLE_ISA=scalar|avx2|avx512|amx in the environment asks
/// for another.
/// \throws UserError when that names none, or one this processor cannot run.
InstructionSet instruction_set();

}  // namespace maniple

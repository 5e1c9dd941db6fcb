// One function per instruction set; see core/instruction_set.hpp.
#pragma once

#include <cstdint>

#include "maniple/core/instruction_set.hpp"

namespace maniple {

/// find_missing() of `words` words, a multiple of eight.
using FindMissing = std::int64_t(std::uint64_t const* row, std::uint64_t const* mask,
                                 std::int64_t words, std::int64_t* room);

FindMissing find_missing_scalar;
FindMissing find_missing_avx2;
FindMissing find_missing_avx512;

/// The form for one instruction set. \pre this processor runs it
FindMissing* find_missing_form(InstructionSet set);

}  // namespace maniple

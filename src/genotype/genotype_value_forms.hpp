// One function per instruction set; see core/instruction_set.hpp.
#pragma once

#include <cstdint>

#include "maniple/core/instruction_set.hpp"

namespace maniple {

/// Some variants' whole words of 32 samples.
struct ValueTask {
    std::uint64_t const* const* rows;  ///< Where each variant's genotypes start.
    double const* values;              ///< variants x 4
    std::int64_t variants;
    std::int64_t words;
    double* sums;  ///< 32 x words
};

using AddValues = void(ValueTask const& task);

AddValues add_values_scalar;
AddValues add_values_avx2;
AddValues add_values_avx512;

/// The form for one instruction set. \pre this processor runs it
AddValues* add_values_form(InstructionSet set);

}  // namespace maniple

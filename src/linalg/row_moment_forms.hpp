// One function per instruction set; see core/instruction_set.hpp.
#pragma once

#include <cstdint>

#include "maniple/core/instruction_set.hpp"

namespace maniple {

/// What a form reads and writes; linalg/row_moments.hpp says what the fields mean.
struct MomentTask {
    std::int64_t const* samples;
    std::int64_t count;
    std::int32_t const* integers;  ///< Row 0, first column of the range.
    std::int64_t row_stride;
    std::int64_t covariates;
    std::int64_t width;
    double* sums;      ///< These three are overwritten, with width rounded up to eight;
    double* squares;   ///< those of columns that are covariates may stay unset,
    double* products;  ///< as may what lies left of the diagonal.
    std::int64_t product_stride;
};

using AddMoments = void(MomentTask const& task);

AddMoments add_moments_scalar;
AddMoments add_moments_avx2;
AddMoments add_moments_avx512;

/// The form for one instruction set. \pre this processor runs it
AddMoments* add_moments(InstructionSet set);

}  // namespace maniple

// One function per instruction set; see core/instruction_set.hpp.
#pragma once

#include <cstdint>

#include "maniple/core/instruction_set.hpp"

namespace maniple {

/// Side of the squares that are transposed: a cache line of 2-bit elements.
inline constexpr std::int64_t square_side = 256;
inline constexpr std::int64_t square_words = square_side / 32;  ///< Words of one of its rows.

/// Element e of row r becomes element r of row e: `rows` are 256 pointers to 8 words each, row e
/// of the result starts at out + e * stride. Only its first `result_rows` rows are written.
using TransposeSquare = void(std::uint64_t const* const* rows, std::uint64_t* out,
                             std::int64_t stride, std::int64_t result_rows);

TransposeSquare transpose_square_scalar;
TransposeSquare transpose_square_avx2;
TransposeSquare transpose_square_avx512;

/// The form for one instruction set. \pre this processor runs it
TransposeSquare* transpose_square(InstructionSet set);

}  // namespace maniple

/// \file  The integer matrix product that every genotype computation ends in.
#pragma once

#include <cstdint>

#include "maniple/core/matrix_view.hpp"

namespace maniple {

/// product = left x right, exactly. Serial inside a parallel region.
///
/// \param left     rows x inner, values 0 to 2 (u8 x s8 products are paired in 16 bits on machines
///                 without VNNI, which larger values could saturate).
/// \param right    inner x columns.
/// \param product  rows x columns, overwritten.
/// \pre   left.columns() == right.rows(), product has left.rows() x right.columns()
/// \pre   inner <= 2^23, so that no 32-bit sum overflows
void multiply(MatrixView<std::uint8_t const> left, MatrixView<std::int8_t const> right,
              MatrixView<std::int32_t> product);

}  // namespace maniple

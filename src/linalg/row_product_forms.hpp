// One function per instruction set; see core/instruction_set.hpp.
#pragma once

#include <cstdint>

namespace maniple {

using AddRowProducts = void(double const* rows, std::int64_t count, std::int64_t width,
                            std::int64_t result_rows, double* products, std::int64_t stride);

AddRowProducts add_row_products_scalar;
AddRowProducts add_row_products_avx2;
AddRowProducts add_row_products_avx512;

}  // namespace maniple

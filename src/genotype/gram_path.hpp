// The products of genotype/gram_product.hpp with the instruction set open, for tests.
#pragma once

#include "maniple/genotype/gram_product.hpp"
#include "product_forms.hpp"

namespace maniple {

void multiply_by_transpose(ProductForm const& form, PackedView genotypes, GramWorkspace& workspace,
                           MatrixView<std::int32_t> sums);

void multiply_by_transpose(ProductForm const& form, PackedView left, PackedView right,
                           GramWorkspace& workspace, MatrixView<std::int32_t> sums);

}  // namespace maniple

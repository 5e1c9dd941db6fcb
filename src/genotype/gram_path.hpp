// The products of genotype/gram_product.hpp with the instruction set open, for tests.
#pragma once

#include "maniple/genotype/gram_product.hpp"
#include "product_forms.hpp"

namespace maniple {

void multiply_by_transpose(ProductForm const& form, PackedView genotypes, GramWorkspace& workspace,
                           MatrixView<std::int32_t> gram);

void multiply_missing(ProductForm const& form, PackedView genotypes,
                      std::span<LocalVariantIndex const> incomplete, GramWorkspace& workspace,
                      MatrixView<std::int32_t> crossed, MatrixView<std::int32_t> both);

}  // namespace maniple

// `multiply_rounded` with the instruction set open, for tests.
#pragma once

#include "maniple/genotype/rounded_product.hpp"
#include "product_forms.hpp"

namespace maniple {

void multiply_rounded(ProductForm const& form, PackedView genotypes,
                      MatrixView<double const> columns, RoundedWorkspace& workspace,
                      MatrixView<double> sums);

}  // namespace maniple

// `multiply_genotypes` with its choices open, for tests.
#pragma once

#include <cstdint>

#include "maniple/core/matrix_view.hpp"
#include "maniple/genotype/dosage_product.hpp"
#include "product_forms.hpp"

namespace maniple {

// Which of the two ways to the same integers.
enum class ProductPath {
    cheaper,  // Each variant by the one that its carriers make cheaper.
    dense,    // All by tiles.
    sparse,   // All by carriers.
};

// `multiply_genotypes` with every choice made by the caller.
void multiply_genotypes(ProductForm const& form, ProductPath path, PackedView genotypes,
                        FixedPointMatrix const& columns, ProductWorkspace& workspace,
                        MatrixView<std::int64_t> sums);

// Up to this many carriers of a variant, adding their rows is cheaper than tiles.
std::int64_t most_sparse_carriers(ProductCosts const& costs, std::int64_t samples,
                                  std::int64_t columns);

}  // namespace maniple

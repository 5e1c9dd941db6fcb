#include "maniple/linalg/integer_product.hpp"

#include <dnnl.h>

#include "maniple/core/error.hpp"

namespace maniple {

void multiply(MatrixView<std::uint8_t const> left, MatrixView<std::int8_t const> right,
              MatrixView<std::int32_t> product) {
    expect(left.columns() == right.rows(), "inner extents agree");
    expect(product.rows() == left.rows() && product.columns() == right.columns(),
           "product has the outer extents");
    expect(left.columns() <= std::int64_t{1} << 23, "32-bit sums do not overflow");
    if (product.rows() == 0 || product.columns() == 0) return;

    std::int32_t const no_offset = 0;
    auto const status =
        dnnl_gemm_u8s8s32('N', 'N', 'F', product.rows(), product.columns(), left.columns(), 1.0F,
                          left.data(), left.row_stride(), 0, right.data(), right.row_stride(), 0,
                          0.0F, product.data(), product.row_stride(), &no_offset);
    if (status != dnnl_success)
        throw EnvironmentError{"oneDNN could not multiply integer matrices"};
}

}  // namespace maniple

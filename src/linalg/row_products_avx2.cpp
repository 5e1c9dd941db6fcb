#include "row_product_forms.hpp"
#include "row_product_loops.hpp"

namespace maniple {

void add_row_products_avx2(double const* rows, std::int64_t count, std::int64_t width,
                           std::int64_t result_rows, double* products, std::int64_t stride) {
    add_products(rows, count, width, result_rows, products, stride);
}

}  // namespace maniple

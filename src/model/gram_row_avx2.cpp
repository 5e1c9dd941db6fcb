#include "penalised_quadratic.hpp"

namespace maniple {

void subtract_row_avx2(float const* row, double step, double* gradient, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) gradient[i] -= step * static_cast<double>(row[i]);
}

}  // namespace maniple

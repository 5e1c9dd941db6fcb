#include "transposition_forms.hpp"
#include "transposition_loops.hpp"

namespace maniple {

void transpose_square_scalar(std::uint64_t const* const* rows, std::uint64_t* out,
                             std::int64_t stride, std::int64_t result_rows) {
    Transposer<2>::transpose(rows, out, stride, result_rows);
}

}  // namespace maniple

#include "transposition_forms.hpp"
#include "transposition_loops.hpp"

namespace maniple {

void transpose_square_avx2(std::uint64_t const* const* rows, std::uint64_t* out,
                           std::int64_t stride, std::int64_t result_rows) {
    Transposer<4>::transpose(rows, out, stride, result_rows);
}

}  // namespace maniple

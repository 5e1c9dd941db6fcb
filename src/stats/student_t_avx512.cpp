#include "student_t_forms.hpp"
#include "student_t_loops.hpp"

namespace maniple {

bool expand_student_t_avx512(double const* t, double const* degrees_of_freedom, std::int64_t step,
                             std::int64_t count, double* result) {
    return expand_student_t<8>(t, degrees_of_freedom, step, count, result);
}

}  // namespace maniple

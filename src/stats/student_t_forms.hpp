// One function per instruction set; see core/instruction_set.hpp.
#pragma once

#include <cstdint>

namespace maniple {

/// -log10 of the two-sided p-values of `t` where Hill's expansion is accurate to 1e-12, and
/// `no_expansion` elsewhere. Element i has degrees_of_freedom[i * degrees_of_freedom_step]; the
/// result may not overlap the arguments. Returns whether every element was in the expansion's
/// reach.
using ExpandStudentT = bool(double const* t, double const* degrees_of_freedom,
                            std::int64_t degrees_of_freedom_step, std::int64_t count,
                            double* result);

/// Not the -log10 of any probability.
constexpr double no_expansion = -1;

/// More degrees of freedom than these are as good as these: the distribution is normal.
constexpr double most_degrees_of_freedom = 1e40;

ExpandStudentT expand_student_t_scalar;
ExpandStudentT expand_student_t_avx2;
ExpandStudentT expand_student_t_avx512;

}  // namespace maniple

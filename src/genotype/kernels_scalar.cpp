#include "kernel_forms.hpp"
#include "kernel_loops.hpp"

namespace maniple {

constinit Kernels const scalar_kernels{.decode = decode_row, .count = count_row};

}  // namespace maniple

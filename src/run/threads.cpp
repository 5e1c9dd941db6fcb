#include "maniple/run/threads.hpp"

#include <omp.h>

#include "maniple/core/contract.hpp"

namespace maniple {

int available_threads(int asked) {
    expect(asked >= 0, "a number of threads");
    return asked > 0 ? asked : omp_get_max_threads();
}

}  // namespace maniple

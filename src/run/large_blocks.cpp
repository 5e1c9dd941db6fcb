#include "maniple/run/large_blocks.hpp"

#include <cstdlib>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace maniple {

void return_large_blocks() {
#if defined(__GLIBC__)
    constexpr int large = 128 * 1024;
    mallopt(M_MMAP_THRESHOLD, large);
    mallopt(M_TRIM_THRESHOLD, large);
#endif
}

}  // namespace maniple

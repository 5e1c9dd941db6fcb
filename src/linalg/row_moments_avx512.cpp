#include <immintrin.h>

#include "narrow_moments_avx512.hpp"
#include "row_moment_forms.hpp"
#include "row_moment_loops.hpp"

namespace maniple {
namespace {

struct Lanes {
    using Doubles [[gnu::vector_size(64)]] = double;
    static constexpr int count = 8;

    // One instruction; GCC 12 makes a dozen of __builtin_convertvector.
    static Doubles convert(std::int32_t const* from) {
        auto const integers = _mm256_loadu_si256(reinterpret_cast<__m256i const*>(from));
        return _mm512_maskz_cvtepi32_pd(0xff, integers);
    }
    static Doubles fuse(Doubles a, Doubles b, Doubles c) { return _mm512_fmadd_pd(a, b, c); }
};

}  // namespace

void add_moments_avx512(MomentTask const& task) {
    if (task.width <= narrow_columns) {
        add_narrow<narrow_columns>(task);
    } else {
        MomentLoops<Lanes, 10>::add(task);
    }
}

}  // namespace maniple

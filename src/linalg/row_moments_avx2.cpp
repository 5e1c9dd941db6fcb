#include <immintrin.h>

#include "row_moment_forms.hpp"
#include "row_moment_loops.hpp"

namespace maniple {
namespace {

struct Lanes {
    using Doubles [[gnu::vector_size(32)]] = double;
    static constexpr int count = 4;

    // One instruction; GCC 12 makes several of __builtin_convertvector.
    static Doubles convert(std::int32_t const* from) {
        return _mm256_cvtepi32_pd(_mm_loadu_si128(reinterpret_cast<__m128i const*>(from)));
    }
    static Doubles fuse(Doubles a, Doubles b, Doubles c) { return _mm256_fmadd_pd(a, b, c); }
};

}  // namespace

void add_moments_avx2(MomentTask const& task) { MomentLoops<Lanes, 4>::add(task); }

}  // namespace maniple

#include <immintrin.h>

#include "dense_forms.hpp"
#include "dense_product_loops.hpp"
#include "dense_triangle_loops.hpp"
#include "dense_turn_avx.hpp"

namespace maniple {
namespace {

struct Lanes {
    using Turn = maniple::Turn;
    using Doubles [[gnu::vector_size(32)]] = double;
    static constexpr int count = 4;

    static Doubles spread(double a) { return _mm256_set1_pd(a); }
    static Doubles fuse(Doubles a, Doubles b, Doubles c) { return _mm256_fmadd_pd(a, b, c); }
    static Doubles fuse_negated(Doubles a, Doubles b, Doubles c) {
        return _mm256_fnmadd_pd(a, b, c);
    }
};

}  // namespace

DenseKernels const dense_kernels_avx2{
    .add_product = ProductLoops<Lanes, 4, 3>::add,
    .solve_triangle = TriangleLoops<Lanes, 4, 3>::solve,
    .factorize_triangle = TriangleLoops<Lanes, 4, 3>::factorize,
};

}  // namespace maniple

#include <immintrin.h>

#include "dense_forms.hpp"
#include "dense_product_loops.hpp"
#include "dense_triangle_loops.hpp"
#include "dense_turn_avx.hpp"

namespace maniple {
namespace {

struct Lanes {
    using Turn = maniple::Turn;
    using Doubles [[gnu::vector_size(64)]] = double;
    static constexpr int count = 8;

    static Doubles spread(double a) { return _mm512_set1_pd(a); }
    static Doubles fuse(Doubles a, Doubles b, Doubles c) { return _mm512_fmadd_pd(a, b, c); }
    static Doubles fuse_negated(Doubles a, Doubles b, Doubles c) {
        return _mm512_fnmadd_pd(a, b, c);
    }
};

}  // namespace

DenseKernels const dense_kernels_avx512{
    .add_product = ProductLoops<Lanes, 8, 3>::add,
    .solve_triangle = TriangleLoops<Lanes, 8, 3>::solve,
    .factorize_triangle = TriangleLoops<Lanes, 8, 3>::factorize,
};

}  // namespace maniple

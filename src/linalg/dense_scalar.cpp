#include "dense_forms.hpp"
#include "dense_product_loops.hpp"
#include "dense_triangle_loops.hpp"

namespace maniple {
namespace {

struct Lanes {
    using Doubles [[gnu::vector_size(16)]] = double;
    static constexpr int count = 2;

    static Doubles spread(double a) { return Doubles{a, a}; }
    // A call where the base architecture has no such instruction, yet the same bits.
    static Doubles fuse(Doubles a, Doubles b, Doubles c) {
        return Doubles{__builtin_fma(a[0], b[0], c[0]), __builtin_fma(a[1], b[1], c[1])};
    }
    static Doubles fuse_negated(Doubles a, Doubles b, Doubles c) { return fuse(-a, b, c); }
};

}  // namespace

DenseKernels const dense_kernels_scalar{
    .add_product = ProductLoops<Lanes, 4, 3>::add,
    .solve_triangle = TriangleLoops<Lanes, 4, 3>::solve,
    .factorize_triangle = TriangleLoops<Lanes, 4, 3>::factorize,
};

}  // namespace maniple

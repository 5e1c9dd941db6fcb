#include "row_moment_forms.hpp"
#include "row_moment_loops.hpp"

namespace maniple {
namespace {

struct Lanes {
    using Doubles [[gnu::vector_size(16)]] = double;
    using Integers [[gnu::vector_size(8)]] = std::int32_t;
    static constexpr int count = 2;

    static Doubles convert(std::int32_t const* from) {
        Integers values;
        __builtin_memcpy(&values, from, sizeof values);
        return __builtin_convertvector(values, Doubles);
    }
    // A call where the base architecture has no such instruction, yet the same bits.
    static Doubles fuse(Doubles a, Doubles b, Doubles c) {
        return Doubles{__builtin_fma(a[0], b[0], c[0]), __builtin_fma(a[1], b[1], c[1])};
    }
};

}  // namespace

void add_moments_scalar(MomentTask const& task) { MomentLoops<Lanes, 4>::add(task); }

}  // namespace maniple

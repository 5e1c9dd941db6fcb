// Ridge regressions of traits that lack a few of the samples, from factors for all samples.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/matrix_view.hpp"

namespace maniple {

// Traits that lack the same samples.
struct LackingTraits {
    MatrixView<float const> gram;  // Of the samples lacked, symmetric: variants x variants.
    std::span<std::int64_t const> traits;
};

// Solve (A + penalty - gram) x = b for each pattern's traits and every penalty.
//
// Conjugate gradients preconditioned with the factors L L' = A + penalty, until r'(L L')^-1 r is
// below 1e-14 of where it started, which bounds the error of x in the norm of A + penalty by about
// 1e-7. Each column takes as many steps as it needs by itself.
// factors:   one per penalty, variants x variants.
// products:  b, variants x traits.
// solutions: variants x (penalties x traits), those with one penalty side by side. Of the patterns'
//            traits they hold (L L')^-1 b and are overwritten; of others they are left alone.
void solve_lacking(std::span<MatrixView<double const> const> factors,
                   MatrixView<double const> products, std::span<LackingTraits const> patterns,
                   MatrixView<double> solutions);

}  // namespace maniple

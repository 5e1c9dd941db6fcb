// Ridge regressions of traits that lack a few of the samples, from factors for all samples.
#pragma once

#include <span>
#include <vector>

#include "lacked_genotypes.hpp"
#include "maniple/core/matrix_view.hpp"

namespace maniple {

// Memory of solve_lacking; reused. Each is variants x columns.
struct LackingWorkspace {
    std::vector<double> solution;
    std::vector<double> residual;
    std::vector<double> direction;
    std::vector<double> image;      // (A + penalty) direction
    std::vector<double> corrected;  // What is made of a residual or a direction.
};

// Solve (A + penalty - R'R) x = b for every penalty and each trait of `lacked`, whose rows R are.
//
// Conjugate gradients preconditioned with the factors L L' = A + penalty. Where they end,
// inverse(L L') r of the residual r is added, which leaves little of the error: by the steps taken
// about `tolerance` of the solution, in the norm of A + penalty. Each column takes as many steps as
// it needs by itself. factors:   one per penalty, variants x variants. products:  b, variants x
// traits. solutions: variants x (penalties x products.columns()), those with one penalty side by
// side. Of
//            the traits of `lacked` they hold inverse(L L') b and are overwritten; of others they
//            are left alone.
void solve_lacking(std::span<MatrixView<double const> const> factors,
                   MatrixView<double const> products, LackedGenotypes& lacked,
                   LackingWorkspace& workspace, double tolerance, MatrixView<double> solutions);

}  // namespace maniple

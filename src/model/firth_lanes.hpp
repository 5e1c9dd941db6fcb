// Sums over samples that a penalised logistic regression needs, one function each per instruction
// set; see core/instruction_set.hpp. All forms compute the same bits, as in tilted_lanes.hpp.
#pragma once

#include <cstdint>

#include "maniple/core/instruction_set.hpp"

namespace maniple {

/// Columns X: some of floats, and one of doubles after them. Rows are samples.
struct FirthColumns {
    float const* covariates;  ///< [rank] columns, `stride` apart.
    std::int64_t stride;
    std::int64_t rank;
    double const* last;
    std::int64_t count;  ///< Samples: a multiple of eight.

    std::int64_t columns() const { return rank + 1; }
};

struct FirthForms {
    /// predictor += X step
    void (*advance)(FirthColumns const& x, double const* step, double* predictor);
    /// The lower triangle of X'WX. \param lanes  room for eight doubles for each of its elements.
    void (*gram)(FirthColumns const& x, double const* weights, double* lanes, double* triangle);
    /// X'(r + h (1/2 - p)), where h are the diagonal elements of the hat matrix,
    /// h = w |inverse(L) x|^2, and p = y - r. \param factor  L, a triangle.
    /// \param cases  y. \param residuals  r; 0, as weights are, for who takes no part.
    /// \param lanes  room for sixteen doubles for each column.
    void (*score)(FirthColumns const& x, double const* factor, double const* cases,
                  double const* residuals, double const* weights, double* lanes, double* score);
};

extern FirthForms const firth_forms_scalar;
extern FirthForms const firth_forms_avx2;
extern FirthForms const firth_forms_avx512;

FirthForms const& firth_forms(InstructionSet set);
/// Those for `instruction_set()`.
FirthForms const& firth_forms();

}  // namespace maniple

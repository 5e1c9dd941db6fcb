// Sums over samples that penalised logistic regressions and tests without some samples need, one
// function each per instruction set; see core/instruction_set.hpp. All forms compute the same bits,
// as in tilted_lanes.hpp.
#pragma once

#include <cstdint>

#include "maniple/core/instruction_set.hpp"

namespace maniple {

/// Columns X: some of floats, and perhaps one of doubles after them. Rows are samples.
struct FirthColumns {
    float const* covariates;  ///< [rank] columns, `stride` apart.
    std::int64_t stride;
    std::int64_t rank;
    double const* last;  ///< Null: there is none.
    std::int64_t count;  ///< Samples: a multiple of eight.

    std::int64_t columns() const { return rank + (last != nullptr ? 1 : 0); }
};

struct FirthForms {
    /// predictor += X step
    void (*advance)(FirthColumns const& x, double const* step, double* predictor);
    /// The lower triangle of X'WX. \param room  eight doubles for each of its elements, and for
    /// each column.
    void (*gram)(FirthColumns const& x, double const* weights, double* room, double* triangle);
    /// X'factors. \param room  sixteen doubles for each column, here as below.
    void (*multiply)(FirthColumns const& x, double const* factors, double* room, double* result);
    /// |inverse(L) x|^2 of each sample. \param factor  L, a triangle.
    void (*leverage)(FirthColumns const& x, double const* factor, double* room, double* leverages);
};

extern FirthForms const firth_forms_scalar;
extern FirthForms const firth_forms_avx2;
extern FirthForms const firth_forms_avx512;

FirthForms const& firth_forms(InstructionSet set);
/// Those for `instruction_set()`.
FirthForms const& firth_forms();

}  // namespace maniple

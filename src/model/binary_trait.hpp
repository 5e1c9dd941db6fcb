// The null model of one binary trait. Private to this module.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/linalg/fixed_point.hpp"
#include "maniple/model/covariate_basis.hpp"
#include "maniple/model/event_null.hpp"

namespace maniple {

/// What is known of one trait on samples in order, padded for the lanes.
struct CaseStatus {
    /// A sample each; nobody is a case yet.
    explicit CaseStatus(std::int64_t samples);

    std::vector<double> sign;    ///< 1 for a case, else -1; 1 in the padding.
    std::vector<double> offset;  ///< Log odds; 0 in the padding.
    std::int64_t cases = 0;
};

/// A trait, and its columns before they are in fixed point: one value per sample of the cohort.
struct FittedEventTrait {
    EventTrait trait;     ///< Without its place: name, pattern, columns and their units.
    std::string problem;  ///< "is ...; do ...": why there is no model. Empty: there is.
    std::vector<std::vector<double>> columns;
    std::vector<double> weights;
};

/// Logistic regression on a basis of the covariates, with an offset.
/// \param start    coefficients of the basis's columns to begin with.
/// \param samples  of the cohort.
/// Threads: any.
FittedEventTrait fit_binary_trait(CovariateBasis const& made, CaseStatus const& outcome,
                                  std::vector<double> start, std::int64_t samples);

/// Put a trait's columns into fixed point at its places (`first_column`, `weight_column`), and note
/// their units. Threads: as FixedPointMatrix::fit_columns.
void store_columns(FittedEventTrait& fitted, FixedPointMatrix& columns, FixedPointMatrix& weights);

}  // namespace maniple

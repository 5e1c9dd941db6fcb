// The null model of one binary trait. Private to this module.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "event_trait.hpp"
#include "maniple/model/covariate_basis.hpp"

namespace maniple {

/// What is known of one trait on samples in order, padded for the lanes.
struct CaseStatus {
    /// A sample each; nobody is a case yet.
    explicit CaseStatus(std::int64_t samples);

    std::vector<double> sign;    ///< 1 for a case, else -1; 1 in the padding.
    std::vector<double> offset;  ///< Log odds; 0 in the padding.
    std::int64_t cases = 0;
};

/// Logistic regression on a basis of the covariates, with an offset.
/// \param start    coefficients of the basis's columns to begin with.
/// \param samples  of the cohort.
/// Threads: any.
FittedEventTrait fit_binary_trait(CovariateBasis const& made, CaseStatus const& outcome,
                                  std::vector<double> start, std::int64_t samples);

}  // namespace maniple

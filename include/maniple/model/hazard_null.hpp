/// \file  Cox's regression of one time-to-event trait on the covariates, before any genotype.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/model/covariate_basis.hpp"
#include "maniple/model/regression_design.hpp"
#include "maniple/model/risk_sets.hpp"

namespace maniple {

/// Times to event or censoring of some samples.
struct EventTimes {
    std::span<double const> times;
    std::span<std::uint8_t const> is_event;  ///< 0: censored.
    std::span<double const> offset;          ///< Known log hazards; empty: 0.
};

/// A fitted null model. Only `status` has a meaning unless it is ok.
///
/// Given the cumulative baseline hazard it is that of events whose numbers are Poisson's with means
/// `expected` (Whitehead 1980): residuals event - expected have the score of the partial likelihood
/// in any column, and are orthogonal to the basis, intercept included.
struct HazardNull {
    FitStatus status = FitStatus::ok;
    double log_likelihood = 0;      ///< Partial.
    std::vector<double> predictor;  ///< Log hazard, the offset included, without baseline.
    std::vector<double> expected;   ///< Events of each sample: cumulative hazard over its time.
    std::vector<double> residuals;  ///< Event - expected: martingale residuals.
    RiskSets risk_sets;
};

/// Log hazard = offset + basis * coefficients, tied events by Efron; the constant first column is
/// the baseline's.
///
/// Status: one_class without events; separated where the likelihood grows for ever; not_converged.
/// \param made    rows are the samples with a time, one value each in `outcome`.
/// \param all     samples of the cohort.
/// \pre   every time is a number, every offset finite
/// Threads: re-entrant; serial; equal bits on every instruction set.
/// Source: J. Whitehead (1980), Appl. Stat. 29; T. Therneau, P. Grambsch and T. Fleming (1990),
/// Biometrika 77 (martingale residuals).
HazardNull fit_hazard_null(CovariateBasis const& made, std::int64_t all, EventTimes const& outcome);

}  // namespace maniple

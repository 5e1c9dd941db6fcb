/// \file  Cox's proportional hazards regression with few columns.
#pragma once

#include <cstdint>
#include <span>

#include "maniple/model/regression_design.hpp"
#include "maniple/stats/bootstrap.hpp"
#include "maniple/stats/predictor_order.hpp"

namespace maniple {

/// How events at one time share the people at risk.
enum class TiedEvents {
    efron,    ///< Each leaves before the next, by equal shares (Efron 1977). As R's default.
    breslow,  ///< All face the whole risk set (Breslow 1974). As glmnet.
};

struct CoxOptions {
    TiedEvents ties = TiedEvents::efron;
    Multiplicities times;            ///< How often each sample counts; empty: once.
    std::span<double const> start;   ///< RegressionFit::standardised of a similar fit; empty: 0.
    std::span<double const> offset;  ///< Known log hazards, one per sample; empty: 0.
};

/// Maximum partial likelihood of log hazard = offset + columns * coefficients, by Newton steps that
/// are halved where the likelihood falls. Whoever is censored at a time is at risk then.
///
/// Ends when the next step is below 1e-9 standard errors. `separated` where the likelihood grows
/// for ever (each event has the largest value of those at risk). A sample that counts several times
/// is so many tied events. \param by_time   of times to event or censoring: sort once, fit often.
/// \param is_event  one per sample; 0: censored.
/// \pre   by_time, is_event, and times and offset unless empty, have one value per sample of the
///        design
/// Threads: re-entrant; serial; equal bits on every instruction set.
/// Source: D. R. Cox (1972), J. R. Stat. Soc. B 34; B. Efron (1977), J. Am. Stat. Assoc. 72,
/// eq. 6.7; N. Breslow (1974), Biometrics 30.
RegressionFit fit_cox(RegressionDesign const& design, PredictorOrder const& by_time,
                      std::span<std::uint8_t const> is_event, CoxOptions const& options = {});

}  // namespace maniple

// Full regressions of events on covariates and one genotype.
#pragma once

#include <cstdint>
#include <span>

#include "full_model.hpp"
#include "maniple/model/event_null.hpp"
#include "maniple/model/regression_design.hpp"

namespace maniple {

/// Status: one_class where all who have a genotype are cases, or none; separated where the
/// genotype's effect is not finite, which tells, with covariates or alone, who has an event.
struct WaldFit {
    FitStatus status = FitStatus::ok;
    Coefficient effect;  ///< Per ALT allele; NaN for its error where covariates tell the genotype.
};

/// Logistic or Cox regression of a trait on its covariates and a genotype. Begins at the null
/// model, beside whose predictor the covariates' effects are free.
///
/// Those without a genotype may have been what kept the effect of a covariate finite. Then it
/// tells the status of others, who weigh nothing in the limit: the genotype's effect is that of
/// the model without them.
/// \param genotypes  one per sample of the cohort; NaN: takes no part.
/// \pre   genotypes.size() is null.samples(); trait is of null; room is for null's stride and rank
/// Threads: re-entrant; serial; equal bits on every instruction set.
WaldFit fit_beside_covariates(EventNull const& null, EventTrait const& trait,
                              std::span<double const> genotypes, FullModelRoom& room);

}  // namespace maniple

/// \file  What covariates alone say of binary traits, for level 1 of a whole-genome regression.
/// Private to this module.
#pragma once

#include <cstddef>
#include <vector>

#include "base_traits.hpp"
#include "maniple/core/log.hpp"
#include "maniple/model/regression_design.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/whole_genome.hpp"

namespace maniple {

/// A binary trait's logistic regression on the covariates, over the samples that have it.
struct NullOdds {
    FitStatus status = FitStatus::ok;
    /// Log odds of each sample of the base; 0 where it lacks the trait. Empty unless ok.
    std::vector<double> log_odds;
};

/// \pre the trait is binary. Re-entrant.
NullOdds fit_null_odds(BaseTraits const& traits, std::size_t trait);

/// Leave out binary traits that level 1 cannot be fitted to, where a pattern brought them: those of
/// few cases or controls, those with all of either in one fold, and those without a logistic
/// regression on the covariates. Ranks and threads share the traits. Collective over comm.
/// \throws UserError where such a trait was named, or none is left.
void leave_out_hopeless(BaseTraits& traits, WholeGenomeRequest const& request,
                        mpi::Communicator const& comm, Log& log);

}  // namespace maniple

/// \file  How far a fit of ridge regressions is: the same on every rank, and what a checkpoint
/// keeps.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "maniple/model/haseman_elston.hpp"
#include "maniple/model/ridge.hpp"
#include "maniple/mpi/communicator.hpp"

namespace maniple {

/// One ridge regression that was, or is being, solved.
struct RidgeStep {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

    std::size_t problem = 0;  ///< Position in the plan.
    double heritability = 0;
    double penalty = unknown;     ///< lambda, on the scale of glmnet.
    std::int64_t variants = 0;    ///< That vary among its samples, after filters.
    double training = unknown;    ///< R^2 of the predictor, covariates included.
    double validation = unknown;  ///< The same on those judged.
    std::int64_t iterations = 0;
    double residual = unknown;  ///< Relative, of the system in the space of samples.
};

/// What is known of one trait.
struct RidgeTrait {
    std::optional<HeritabilityEstimate> estimate;
    std::vector<RidgeStep> judged;
    std::optional<double> performance;  ///< Mean over judges, at the heritability chosen.
    RidgeStep chosen;                   ///< Of the score.
    std::vector<double> solution;       ///< Per sample of the chosen problem.
};

struct ActiveRidge {
    RidgeStep step;
    RidgeSystem system;
};

/// Stages follow each other; each takes the traits batch by batch.
struct RidgeState {
    enum class Stage : std::uint8_t { estimate, judge, solve };

    std::int64_t passes = 0;    ///< Over all genotypes.
    std::int64_t filtered = 0;  ///< Variants that the filters leave out.
    std::size_t first = 0;      ///< Trait that the stage's batch begins with.
    Stage stage = Stage::estimate;
    std::vector<RidgeTrait> traits;
    std::vector<ActiveRidge> active;  ///< Of the stage.
};

/// \name Bytes that give the same values, to the bit.
/// @{
mpi::Bytes to_bytes(RidgeState const& state);
/// \throws CorruptInput.
RidgeState ridge_state_from(mpi::Bytes const& bytes);
/// @}

}  // namespace maniple

/// \file  How far a fit is: what rank zero decides, every rank goes on from, and a checkpoint
/// keeps.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "maniple/mpi/communicator.hpp"
#include "maniple/run/fit_plan.hpp"

namespace maniple {

/// Coefficients of one solution.
struct Solution {
    std::vector<double> effects;  ///< Per ALT allele, one for each variant that may enter.
    double intercept = 0;
    std::vector<double> covariates;
};

/// One penalty for which a problem was solved.
struct PathStep {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

    double penalty = 0;
    double training = unknown;    ///< R^2, AUC or C-index of the linear predictor.
    double validation = unknown;  ///< The same on those judged.
    double violation = 0;  ///< Largest of all variants, in units of the null model's gradient.
    bool converged = true;
    Solution solution;  ///< Of the variants in the model, whose effects are not 0.
    std::vector<std::int64_t> variants;  ///< Those, ascending.
};

/// One problem between two passes.
struct ProblemState {
    bool active = false;          ///< It is being solved.
    double largest_gradient = 0;  ///< Of the null model: the unit of violations.
    std::vector<double> penalties;
    std::vector<std::int64_t> working;  ///< Variants that may enter, in the order they were added.
    Solution start;                     ///< Where the next solves start; of those in `working`.
    double outside = 0;  ///< Largest gradient of the others, where the next solves start.
    std::int64_t iterations = 0;
    std::vector<PathStep> steps;  ///< Accepted penalties.
};

struct FitState {
    std::int64_t passes = 0;    ///< Over all genotypes.
    std::int64_t filtered = 0;  ///< Variants that the filters leave out.
    bool final_fits = false;    ///< The penalties are chosen.
    std::vector<ProblemState> problems;
};

/// \name Bytes that give the same state, to the bit.
/// @{
mpi::Bytes to_bytes(FitState const& state);
FitState state_from(mpi::Bytes const& bytes);
/// @}

/// The state on disk, in one step.
/// \throws EnvironmentError.
void write_checkpoint(std::filesystem::path const& file, PlanFacts const& facts,
                      FitState const& state);

/// The state of an interrupted fit with this plan; nothing where there is no file.
/// \throws UserError where the plan was another one, naming what differs; CorruptInput.
std::optional<FitState> read_checkpoint(std::filesystem::path const& file, PlanFacts const& facts);

}  // namespace maniple

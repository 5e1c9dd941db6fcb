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
#include "maniple/run/kept_state.hpp"

namespace maniple {

/// One penalty for which a problem was solved.
struct PathStep {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

    double penalty = 0;
    double training = unknown;    ///< R^2, AUC or C-index of the linear predictor.
    double validation = unknown;  ///< The same on those judged.
    /// Of the optimality conditions over all variants, at the most, in units of the null model's
    /// largest gradient.
    double violation = 0;
    std::int64_t size = 0;  ///< Variants in the model.
    /// \name Those, in the order they were added, and the solution. Folds forget theirs.
    /// @{
    std::vector<std::int64_t> variants;
    std::vector<double> effects;       ///< Per ALT allele.
    std::vector<double> standardised;  ///< As in ElasticNetPoint.
    std::vector<double> unpenalised;   ///< As in ElasticNetPoint.
    /// @}
};

/// One problem between two passes.
struct ProblemState {
    bool active = false;          ///< It is being solved.
    double largest_gradient = 0;  ///< Of the null model: the unit of violations.
    std::vector<double> penalties;
    std::vector<std::int64_t> working;  ///< Variants that may enter, in the order they were added.
    ElasticNetPoint start;  ///< Of the next solves; its variants are those of `working`.
    double outside = 0;     ///< Largest gradient of all others, where the next solves start.
    std::int64_t iterations = 0;
    std::vector<PathStep> steps;  ///< Accepted penalties.
};

struct FitState {
    std::int64_t passes = 0;    ///< Over all genotypes.
    std::int64_t filtered = 0;  ///< Variants that the filters leave out.
    bool final_fits = false;    ///< The penalties are chosen.
    std::vector<ProblemState> problems;
};

/// What solving a problem for some penalties gave.
struct SolvedBatch {
    std::size_t problem = 0;
    std::vector<PathStep> steps;      ///< Violations are those of the working set alone.
    std::vector<std::int64_t> order;  ///< Of the solver, at the end.
    std::int64_t entered = 0;
    std::int64_t iterations = 0;
};

/// \name Bytes that give the same values, to the bit.
/// @{
mpi::Bytes to_bytes(FitState const& state);
FitState state_from(mpi::Bytes const& bytes);
mpi::Bytes to_bytes(std::vector<SolvedBatch> const& batches);
std::vector<SolvedBatch> batches_from(mpi::Bytes const& bytes);
/// @}

/// What find_state tells people of a fit.
KeptWork interrupted_fit();

/// The state on disk, in one step.
/// \throws EnvironmentError.
void write_checkpoint(std::filesystem::path const& file, PlanFacts const& facts,
                      FitState const& state);

/// The state of an interrupted fit with this plan; nothing where there is no file.
/// \throws UserError where the plan was another one, naming what differs; CorruptInput.
std::optional<FitState> read_checkpoint(std::filesystem::path const& file, PlanFacts const& facts);

}  // namespace maniple

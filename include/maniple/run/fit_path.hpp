/// \file  Paths of penalties for all problems of a fit, a few variants at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/run/fit_plan.hpp"
#include "maniple/run/fit_screen.hpp"
#include "maniple/run/fit_solvers.hpp"
#include "maniple/run/fit_state.hpp"
#include "maniple/run/genotype_pass.hpp"
#include "maniple/run/penalty_choice.hpp"

namespace maniple {

/// Lasso and elastic net by batch screening (Qian et al. 2020, PLoS Genetics 16, algorithm 1): each
/// problem is solved over the variants that are likely to matter for the next penalties, and one
/// pass over the genotypes then checks the optimality conditions of all solutions of all problems
/// for all variants. Penalties count up to the first that a variant outside violates.
class PathFit {
public:
    /// \param checkpoint  file that is written after each pass, and read at first.
    PathFit(FitPlan const& plan, GenotypePasses& passes, std::filesystem::path checkpoint,
            Log& log);

    /// All penalties of all problems that are needed. On rank zero with the models of all steps.
    /// Collective. \throws UserError; Error with ExitCode::stopped between two passes where this
    /// process is asked to stop.
    FitState run();

private:
    void begin();
    void screen_null();
    void start_problem(std::size_t problem, std::vector<RankedVariant> const& top, double noise);
    void run_active();
    void round();
    void judge(SolvedBatch const& batch, std::span<std::vector<RankedVariant> const> top);
    void extend(ProblemState& problem, PathStep const& from, SolvedBatch const& batch,
                std::vector<RankedVariant> const& violators,
                std::vector<RankedVariant> const& likely);
    void retire_problems();
    void begin_final_fits();
    enum class Border { begins, may_stop };
    void share(Border border);
    void describe_round(std::int64_t before) const;
    std::vector<std::size_t> active() const;
    std::vector<std::size_t> next_problems() const;
    ScreenFilter filter() const { return {plan_.request().filter, &plan_.used()}; }

    FitPlan const& plan_;
    GenotypePasses& passes_;
    FitSolvers solvers_;
    std::filesystem::path checkpoint_;
    Log& log_;
    FitState state_;
};

}  // namespace maniple

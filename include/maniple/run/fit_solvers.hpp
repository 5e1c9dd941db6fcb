/// \file  The elastic nets of this rank, one problem a thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "maniple/model/elastic_net.hpp"
#include "maniple/run/fit_plan.hpp"
#include "maniple/run/fit_state.hpp"
#include "maniple/run/genotype_pass.hpp"

namespace maniple {

/// Residuals of solutions, columns of one value per sample of the cohort: those of the first
/// problem, then those of the next.
struct SolvedResiduals {
    std::vector<std::size_t> problems;  ///< Positions in the plan.
    std::vector<std::vector<double>> columns;
    std::vector<std::int64_t> columns_of;  ///< Of each problem.
};

/// R^2 (1 - squared errors / squared deviations), AUC, or Harrell's C-index of predictors for the
/// samples of `mask`. NaN where there is nothing to judge.
double judge_predictor(FitTrait const& trait, SampleMask const& mask,
                       std::span<double const> predictor);

/// What a score needs besides its effects.
struct ScoreParts {
    CovariateModel covariates;
    BaselineHazard baseline;
    std::vector<double> frequencies;  ///< ALT allele, of each variant in the model.
    std::int64_t samples = 0;
    std::int64_t cases = 0;
    std::vector<std::string> collinear;
};

/// Each active problem belongs to one rank, by turn.
class FitSolvers {
public:
    /// Both outlive this object.
    FitSolvers(FitPlan const& plan, GenotypePasses& passes) : plan_{plan}, passes_{passes} {}

    /// Begin anew with the problems that are active in `state`. Null models are fitted.
    /// Collective. \throws UserError, with the trait's name, where one cannot be fitted.
    void start(std::vector<std::size_t> problems);

    /// Of all problems' latest solutions. Collective; on every rank.
    SolvedResiduals residuals();

    /// Give the solvers the variants of the working sets that they do not have yet. Collective.
    void add_variants(FitState const& state);

    /// Go to the start of each of `problems` and solve for its next penalties, at the most `most`.
    /// Batches are rank zero's; residuals are on every rank. Collective.
    /// \pre problems ascends; each is active
    std::vector<SolvedBatch> solve(FitState const& state, std::span<std::size_t const> problems,
                                   std::int64_t most, SolvedResiduals& residuals);

    /// Of one solution. Any rank, of a problem of its own: `owns`.
    ScoreParts parts(std::size_t problem, ProblemState const& state, PathStep const& step);
    bool owns(std::size_t problem) const;

private:
    struct Own {
        std::size_t problem = 0;
        std::optional<ElasticNet> net;
        SolvedBatch batch;
        std::vector<std::vector<double>> residuals;
    };

    template <class Work>
    void each_own(Work const& work);
    void solve_one(Own& own, ProblemState const& state, std::int64_t most) const;
    bool stops_early(std::span<PathStep const> before, std::span<PathStep const> now) const;
    SolvedResiduals share_residuals();

    FitPlan const& plan_;
    GenotypePasses& passes_;
    std::vector<std::size_t> problems_;  // Of all ranks.
    std::vector<std::int64_t> added_;    // Variants of each, so far.
    std::vector<Own> own_;
};

/// A step's effects for all variants of a working set, in its order.
std::vector<double> spread_effects(PathStep const& step, std::span<std::int64_t const> working);

}  // namespace maniple

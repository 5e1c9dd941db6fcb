/// \file  Ridge regressions of all traits together, by conjugate gradients over the genotypes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/model/ridge.hpp"
#include "maniple/run/fit_plan.hpp"
#include "maniple/run/genotype_pass.hpp"
#include "maniple/run/ridge_products.hpp"
#include "maniple/run/ridge_state.hpp"

namespace maniple {

/// Designs of some problems, those with the same samples sharing one, and their right sides.
class RidgeDesigns {
public:
    /// Collective over comm. \throws UserError, with the trait's name, where one cannot be fitted.
    RidgeDesigns(FitPlan const& plan, std::vector<std::size_t> problems,
                 mpi::Communicator const& comm, int threads);

    std::size_t index(std::size_t problem) const { return index_.at(problem); }
    RidgeDesign const& design(std::size_t index) const { return *designs_[index]; }
    RidgeDesign const& of(std::size_t problem) const { return *designs_[index(problem)]; }
    SampleMask const& samples(std::size_t index) const { return *masks_[index]; }
    /// The trait less what covariates explain, of the design's samples.
    std::vector<double> const& right_side(std::size_t problem) const {
        return right_sides_.at(problem);
    }

private:
    std::map<std::size_t, std::size_t> index_;
    std::vector<SampleMask const*> masks_;
    std::vector<std::unique_ptr<RidgeDesign const>> designs_;
    std::map<std::size_t, std::vector<double>> right_sides_;
};

/// Position in the plan of a trait's problem of a kind; nothing where it has none.
std::optional<std::size_t> find_fit(FitPlan const& plan, std::size_t trait, FitProblem::Kind kind);

/// All traits' ridge regressions. Each pass over the genotypes takes every system of a batch one
/// iteration on: heritabilities that are tried, folds and traits are its columns, up to 128.
///
/// A trait's heritability is the one asked for, else the one that predicts best in its validation
/// samples or folds, among 0.1, 0.2 .. 0.9 and the estimate, else the estimate of
/// model/haseman_elston.hpp, which is held to [0.01, 0.99].
class RidgeFit {
public:
    /// \param checkpoint  file that is written at least every minute, and read at first.
    RidgeFit(FitPlan const& plan, GenotypePasses& passes, std::filesystem::path checkpoint,
             Log& log);

    /// The same on every rank. Collective. \throws UserError; Error with ExitCode::stopped between
    /// two passes where any process is asked to stop.
    RidgeState run();

private:
    /// Of random signs, for traces: they add a fortieth to the variance of an estimate.
    static constexpr std::int64_t sign_vectors = 40;

    void begin();
    std::size_t batch_end() const;
    std::vector<std::size_t> batch_problems() const;
    std::size_t path_of(std::size_t trait) const;
    std::vector<std::size_t> judges(std::size_t trait) const;
    std::size_t chosen_problem(std::size_t trait) const;
    std::vector<double> candidates(std::size_t trait) const;
    void estimate();
    void judge();
    void choose(std::size_t trait);
    void solve();
    void activate(std::size_t problem, double heritability);
    void run_active(RidgeOptions const& options);
    void pass(RidgeOptions const& options);
    void advance(ActiveRidge& one, std::span<double const> product, RidgeOptions const& options);
    RelationshipProducts multiply(std::span<SampleMask const* const> sets,
                                  std::span<RelationshipVector const> vectors);
    void describe_pass() const;
    void pause();

    FitPlan const& plan_;
    GenotypePasses& passes_;
    std::filesystem::path checkpoint_;
    Log& log_;
    RidgeState state_;
    std::size_t last_ = 0;                 // End of the batch's traits.
    std::optional<RidgeDesigns> designs_;  // Of the batch.
    double last_checkpoint_ = 0;
};

}  // namespace maniple

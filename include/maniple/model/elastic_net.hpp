/// \file  Lasso and elastic net for one trait, over variants that are taken in one after another.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "maniple/genotype/packed_block.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/trait/covariates.hpp"
#include "maniple/trait/score_description.hpp"

namespace maniple {

/// What is fitted. All values are one per sample of the cohort; NaN = missing.
struct PenalisedTrait {
    Outcome outcome = Outcome::quantitative;
    std::span<double const> values;         ///< Trait; 0 or 1 for binary; time for times to event.
    std::span<double const> events;         ///< 0 or 1; times to event alone, else empty.
    std::span<Covariate const> covariates;  ///< Unpenalised; the intercept is added.
};

struct ElasticNetOptions {
    double mixing = 1;        ///< alpha: 1 = lasso, 0 < alpha < 1 = elastic net.
    double tolerance = 1e-7;  ///< Largest violation of the optimality conditions that remains,
                              ///< in units of the null model's largest gradient.
    std::int64_t most_rounds = 10'000;  ///< Sweeps over coordinates for one penalty.
    /// Variants whose second derivatives are kept together: up to four bytes times its square for
    /// each so many variants that enter.
    std::int64_t gram_variants = 8192;
};

/// Where a solver stands: enough to go on from there in another process, to the bit.
struct ElasticNetPoint {
    std::vector<double> effects;  ///< Of standardised genotypes, one for each variant added.
    /// Of the basis of intercept and covariates; empty: those of the latest solution.
    std::vector<double> unpenalised;
    std::vector<std::int64_t> order;  ///< Variants as the solver visits them: a permutation.
    std::int64_t entered = 0;         ///< How many of these, from the first, have been in a model.
};

/// Path of solutions of
///   min  loss(covariates, genotypes) / samples
///        + lambda * sum_j (alpha |b_j| + (1 - alpha) / 2 b_j^2)
/// over standardised genotypes (mean 0, variance 1 with divisor `samples`, a missing genotype being
/// the mean), with loss = half the sum of squares, or minus the log likelihood, or minus Cox's log
/// partial likelihood with Breslow's ties: the scale of glmnet (Friedman, Hastie and Tibshirani
/// 2010; Simon et al. 2011). Samples that lack trait or covariates, or are not in the mask, take no
/// part. Serial; equal bits on every instruction set.
class ElasticNet {
public:
    /// Fits the covariates alone. The trait is copied.
    /// \throws UserError ("problem (why); what to do", without the trait's name) where the trait
    ///         cannot be fitted: fewer samples than columns, one class only, no events.
    ElasticNet(PenalisedTrait const& trait, SampleMask const& training, ElasticNetOptions options);
    ~ElasticNet();
    ElasticNet(ElasticNet&&) noexcept;
    ElasticNet& operator=(ElasticNet&&) noexcept;

    /// Samples that take part.
    SampleMask const& samples() const;
    std::int64_t cases() const;  ///< Or events; 0 for quantitative traits.

    /// Covariates that do not vary among the samples, or that those before them explain there: they
    /// are left out, their coefficients are 0.
    std::span<std::string const> collinear() const;

    /// Minus the derivative of loss * samples by each sample's linear predictor, at the latest
    /// solution: trait less fitted mean, or martingale residuals. One per sample of the cohort, 0
    /// for those that take no part. A variant's gradient is
    ///   c_j = sum_s x_js residual_s / samples, and enters the model when |c_j| > lambda * alpha.
    std::span<double const> residuals() const;

    /// Add variants that may enter; positions count on from those there are.
    /// \param genotypes  of all the cohort's samples; copied.
    void add_variants(PackedView genotypes);
    std::int64_t variants() const;

    /// Solve for `penalty`, starting from the latest solution. `largest_violation()` then holds for
    /// the variants added so far.
    void solve(double penalty);

    /// The latest solution.
    ElasticNetPoint point() const;
    /// Make `point` the latest solution. What follows has the bits that it would have in any other
    /// solver of the same problem and variants that was sent there.
    /// \pre   the point has an effect and a place for each variant added
    void go_to(ElasticNetPoint const& point);

    bool has_converged() const;
    double largest_violation() const;
    std::int64_t iterations() const;  ///< Of all calls.

    /// Per variant added: effect per ALT allele (not standardised); 0 where it is not in the model.
    std::vector<double> effects() const;
    /// ALT allele frequency of each variant added among samples(): what missing genotypes count.
    std::vector<double> alternate_frequencies() const;
    /// Intercept and covariates' coefficients, for genotypes that are centred at the frequencies.
    CovariateModel covariate_model() const;
    BaselineHazard baseline_hazard() const;  ///< Breslow's; times to event alone.

    /// Linear predictor (covariates and genotypes) of every sample of the cohort whose covariates
    /// are known, whether it took part or not; else NaN.
    std::vector<double> linear_predictor() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace maniple

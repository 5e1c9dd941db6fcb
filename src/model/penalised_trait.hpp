// A trait as penalised models see it: on its own samples, with a basis of its covariates.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "maniple/genotype/sample_mask.hpp"
#include "maniple/linalg/orthonormal_basis.hpp"
#include "maniple/model/elastic_net.hpp"
#include "outcome_loss.hpp"

namespace maniple {

/// Samples, loss and covariates of one trait.
class TraitDesign {
public:
    /// \throws UserError where the trait cannot be fitted.
    TraitDesign(PenalisedTrait const& trait, SampleMask const& training);

    SampleMask const& samples() const { return samples_; }
    std::span<SampleIndex const> list() const { return list_; }
    std::int64_t cases() const { return cases_; }
    std::span<std::string const> collinear() const { return collinear_; }
    OutcomeLoss& loss() { return *loss_; }
    OutcomeLoss const& loss() const { return *loss_; }

    /// Intercept and covariates that are not collinear. The first `first_column()` are not fitted:
    /// a hazard has no intercept.
    OrthonormalBasis const& basis() const { return basis_; }
    std::int64_t first_column() const { return outcome_ == Outcome::time_to_event ? 1 : 0; }

    /// From coefficients of the basis' fitted columns.
    CovariateModel covariate_model(std::span<double const> coefficients) const;

    /// The share of covariates in the predictor of every sample of the cohort; NaN where a
    /// covariate is missing.
    std::vector<double> covariate_predictor(std::span<double const> coefficients) const;

    /// \param predictor  of the samples that take part.
    BaselineHazard baseline_hazard(std::span<double const> predictor) const;

private:
    void choose_samples(PenalisedTrait const& trait, SampleMask const& training);
    void check(std::span<double const> values, std::span<double const> events) const;
    void make_basis();

    Outcome outcome_;
    SampleMask samples_;
    std::vector<SampleIndex> list_;
    std::vector<Covariate> covariates_;
    OrthonormalBasis basis_;
    std::vector<std::size_t> kept_;  // covariates behind the basis' columns from 1 on
    std::vector<std::string> collinear_;
    std::vector<double> times_;   // of times to event
    std::vector<double> events_;  // of times to event
    std::int64_t cases_ = 0;
    std::unique_ptr<OutcomeLoss> loss_;
};

}  // namespace maniple

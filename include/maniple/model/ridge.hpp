/// \file  Ridge regression with far more variants than samples, solved in the space of samples.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/genotype/sample_mask.hpp"
#include "maniple/model/covariate_basis.hpp"
#include "maniple/trait/covariates.hpp"
#include "maniple/trait/score_description.hpp"

namespace maniple {

/// Some samples, and their intercept and covariates. "Some" values are one per sample in the list.
class RidgeDesign {
public:
    /// \param covariates  outlive this object; none is missing for `samples`.
    RidgeDesign(SampleMask const& samples, std::span<Covariate const> covariates);

    std::span<SampleIndex const> list() const { return made_.samples; }
    std::int64_t rank() const { return made_.basis.columns(); }
    std::vector<std::string> const& collinear() const { return made_.collinear; }

    /// Leave what intercept and covariates do not explain.
    void project(std::span<double> some) const { made_.basis.residualize(some); }

    /// A trait's values without what intercept and covariates explain.
    /// \param trait  one value per sample of the cohort.
    /// \throws UserError ("problem (why); what to do") where nothing is left to explain.
    std::vector<double> residual(std::span<double const> trait) const;

    /// Least squares of these values on intercept and covariates.
    CovariateModel regress(std::span<double const> some) const;

    /// One value per sample of the cohort; NaN where a covariate is missing.
    std::vector<double> predict(CovariateModel const& model) const;

private:
    std::int64_t samples_;
    std::span<Covariate const> covariates_;
    CovariateBasis made_;
};

/// The shift of a heritability: samples * lambda = variants * (1 - h2) / h2.
/// \pre 0 < heritability < 1
double ridge_shift(double heritability, std::int64_t variants);

/// One ridge regression on its way. With K = X X' over standardised genotypes X, and P the
/// projection that leaves what covariates do not explain, the minimum over a and b of
///   |y - C a - X b|^2 / (2 n) + lambda |b|^2 / 2
/// is b = X' x with (P K P + n lambda) x = P y, which conjugate gradients (Hestenes and Stiefel
/// 1952) solve. Vectors have one value per sample of the design. Equal bits on any machine setting.
struct RidgeSystem {
    enum class Phase : std::uint8_t {
        iterating,  ///< Waits for K * direction.
        checking,   ///< Waits for K * solution.
        done,
    };
    Phase phase = Phase::iterating;
    std::vector<double> solution;
    std::vector<double> residual;
    std::vector<double> direction;  ///< Values that fixed point holds without loss.
    double squares = 0;             ///< Of the residual.
    std::int64_t iterations = 0;
    std::int64_t checks = 0;
    double relative_residual =
        1;  ///< Length, of P y's; computed anew from the solution at the end.
};

/// When a system is done.
struct RidgeOptions {
    double tolerance = 1e-9;  ///< Relative residual.
    std::int64_t most_iterations = 1000;
    /// The residual that iterations carry along drifts from the true one; where the latter is too
    /// large, iterations start again from the solution, at the most so often.
    std::int64_t most_checks = 4;
};

/// \param right_side  P y, of the samples of the design. \pre it is not zero
RidgeSystem start_ridge(std::span<double const> right_side);

/// One step, with what the phase waits for.
/// \param product  K times it, of the samples of the design; overwritten.
/// \pre the system is not done
void advance_ridge(RidgeSystem& system, RidgeDesign const& design,
                   std::span<double const> right_side, double shift, RidgeOptions const& options,
                   std::span<double> product);

/// Round values to those that fixed point (linalg/fixed_point.hpp) holds without loss.
/// \return what rounding took away.
std::vector<double> round_to_grid(std::span<double> values);

}  // namespace maniple

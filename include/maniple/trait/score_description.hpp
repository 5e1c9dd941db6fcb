/// \file  What is known of a polygenic score besides its weights.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace maniple {

/// What a score predicts.
enum class Outcome : std::uint8_t {
    unknown = 0,        ///< Weights from elsewhere that do not say.
    quantitative = 1,   ///< Its mean, in the trait's units.
    binary = 2,         ///< Log odds of being a case.
    time_to_event = 3,  ///< Log hazard.
};

/// Linear part of a prediction that genotypes have no share in.
struct CovariateModel {
    double intercept = 0;              ///< 0 for times to event.
    std::vector<std::string> names;    ///< As expanded: "age", "site=B".
    std::vector<double> coefficients;  ///< One per name, in units of the linear predictor.
};

/// Cumulative baseline hazard of a Cox model: a step function. Both vectors have equal length.
struct BaselineHazard {
    std::vector<double> times;       ///< Ascending.
    std::vector<double> cumulative;  ///< From this time on; for a linear predictor of 0.
};

/// Corrects predictions for a population: linear predictor -> intercept + slope * predictor.
struct Recalibration {
    double intercept = 0;
    double slope = 1;
    std::int64_t samples = 0;  ///< It was fitted on.
};

/// One score of a model. NaN: not known or not applicable.
struct ScoreDescription {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

    std::string name;   ///< As in ScoreWeights::scores.
    std::string trait;  ///< Column it was fitted to, "time:event" for times to event; may be empty.
    std::string reported_trait;  ///< What its authors call it, of weights from elsewhere.
    Outcome outcome = Outcome::unknown;
    std::string method;  ///< "elastic-net", "ridge", "imported", ...
    /// What the score adds to the linear predictor besides weights: minus its mean in training.
    double offset = 0;
    CovariateModel covariates;
    BaselineHazard baseline;                  ///< Times to event alone; else empty.
    std::int64_t training_samples = 0;        ///< With trait and covariates.
    std::int64_t training_cases = 0;          ///< Binary traits and events.
    double penalty = unknown;                 ///< lambda, on the scale of glmnet.
    double mixing = unknown;                  ///< alpha: 1 is the lasso.
    double heritability = unknown;            ///< Ridge: what the penalty follows from.
    double validation_performance = unknown;  ///< R^2, AUC or C-index where the penalty was chosen.
    double largest_violation = unknown;       ///< Of the optimality conditions, over all variants.
    std::int64_t iterations = 0;
    bool has_converged = true;
    std::optional<Recalibration> recalibration;
};

}  // namespace maniple

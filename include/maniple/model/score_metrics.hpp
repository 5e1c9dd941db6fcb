/// \file  How well a score predicts, in numbers with a name each.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "maniple/model/regression_design.hpp"
#include "maniple/stats/bootstrap.hpp"
#include "maniple/stats/predictor_order.hpp"
#include "maniple/trait/score_description.hpp"

namespace maniple {

/// Some people with everything that is known of them. All vectors have one value per person.
struct EvaluatedPeople {
    Outcome outcome = Outcome::quantitative;
    std::vector<double> values;         ///< The trait; the time of times to event.
    std::vector<std::uint8_t> is_case;  ///< Binary traits and events; else empty.
    std::vector<std::vector<double>> covariates;
    std::vector<double> score;
    /// The trait, log odds or log hazard that is predicted; empty where the score is relative.
    std::vector<double> prediction;
    /// Predicted risk of an event by `horizon`; empty: no horizon, or not a time to an event.
    std::vector<double> risk{};
    double horizon = 0;

    std::int64_t size() const { return std::ssize(score); }
    std::int64_t cases() const;  ///< Or events; 0 for quantitative traits.
};

enum class Metric : std::uint8_t {
    r2,              ///< Share of the trait's variance that the score explains.
    r2_covariates,   ///< That covariates explain, refitted on these people.
    r2_full,         ///< Both.
    r2_incremental,  ///< What the score adds to the covariates.
    auc,             ///< A case has a higher score than a control with this probability.
    auc_covariates,
    auc_full,
    auc_incremental,
    nagelkerke_r2,  ///< Over the covariates.
    liability_r2,   ///< Where a prevalence is given.
    c_index,        ///< Who has the event first had the higher score, among comparable pairs.
    c_index_covariates,
    c_index_full,
    c_index_incremental,
    effect_per_sd,  ///< Beside the covariates, in units of the trait.
    odds_ratio_per_sd,
    hazard_ratio_per_sd,
    calibration_slope,         ///< Of the outcome on the prediction: 1 is right.
    calibration_in_the_large,  ///< Observed less predicted at slope 1, on that scale: 0 is right.
    brier,                     ///< Mean squared error of the predicted risk, at the horizon.
    brier_skill,               ///< 1 - brier / that of the mean risk.
};

std::string_view to_string(Metric metric);

/// Ratios are compared, and their errors given, as logarithms.
bool is_ratio(Metric metric);

enum class IntervalKind : std::uint8_t { none, bootstrap, delong, wald };

std::string_view to_string(IntervalKind kind);

/// One metric of one group. Where `status` is not ok its numbers are NaN.
struct MetricValue {
    static constexpr double unknown = std::numeric_limits<double>::quiet_NaN();

    Metric metric = Metric::r2;
    double value = unknown;
    double standard_error = unknown;  ///< Of the logarithm for ratios.
    double lower = unknown;           ///< 95% interval.
    double upper = unknown;
    IntervalKind interval = IntervalKind::none;
    FitStatus status = FitStatus::ok;
};

/// The metrics of one group of people. Regressions are prepared once; resamples reuse them.
class ScoreMetrics {
public:
    /// \param score_sd    of the population that "per SD" means.
    /// \param prevalence  of a binary trait where liability_r2 is wanted.
    /// \pre   vectors are equally long and hold no NaN; there are people
    ScoreMetrics(EvaluatedPeople people, double score_sd, std::optional<double> prevalence);

    EvaluatedPeople const& people() const { return people_; }

    /// Every metric that applies. Those with `IntervalKind::bootstrap` have no interval yet.
    std::vector<MetricValue> estimate() const;

    /// Those metrics again for people drawn anew, covariates refitted, in the order of `estimate`.
    /// NaN where a resample does not define one. Threads: re-entrant.
    std::vector<double> resample(Multiplicities times) const;

private:
    struct Named {
        Metric metric;
        double value;
        FitStatus status = FitStatus::ok;
    };
    struct Fits {
        RegressionFit covariates;
        RegressionFit full;
    };

    Fits fit(Multiplicities times) const;
    std::vector<Named> resampled(Multiplicities times, Fits const& fits) const;
    std::vector<Named> explained_variance(Multiplicities times, Fits const& fits) const;
    std::vector<Named> risk_metrics(Multiplicities times, Fits const& fits) const;
    std::vector<Named> concordance_metrics(Multiplicities times, Fits const& fits) const;
    void add_per_sd(std::vector<MetricValue>& metrics, Fits const& fits) const;
    void add_calibration(std::vector<MetricValue>& metrics) const;
    double brier(Multiplicities times) const;

    EvaluatedPeople people_;
    double score_sd_;
    std::optional<double> prevalence_;
    RegressionDesign alone_;
    RegressionDesign covariates_;
    RegressionDesign full_;  ///< Covariates, then the score.
    PredictorOrder by_score_;
    std::optional<PredictorOrder> by_time_;
    std::vector<double> case_values_;  ///< is_case as numbers.
    Fits start_;                       ///< Of the people as they are.
};

}  // namespace maniple

#include "maniple/model/score_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/model/cox_regression.hpp"
#include "maniple/model/linear_regression.hpp"
#include "maniple/model/logistic_regression.hpp"
#include "maniple/stats/censored_brier.hpp"
#include "maniple/stats/concordance.hpp"
#include "maniple/stats/heterogeneity.hpp"
#include "maniple/stats/roc.hpp"
#include "maniple/stats/student_t.hpp"

namespace maniple {
namespace {

constexpr double unknown = MetricValue::unknown;

std::vector<std::span<double const>> spans(std::vector<std::vector<double>> const& columns) {
    return {columns.begin(), columns.end()};
}

std::vector<std::span<double const>> with_score(EvaluatedPeople const& people) {
    auto columns = spans(people.covariates);
    columns.emplace_back(people.score);
    return columns;
}

std::span<double const> start_of(RegressionFit const& fit) {
    return fit.status == FitStatus::ok ? std::span<double const>{fit.standardised}
                                       : std::span<double const>{};
}

// The worse of two fits.
FitStatus status_of(RegressionFit const& a, RegressionFit const& b) {
    return a.status == FitStatus::ok ? b.status : a.status;
}

double total(Multiplicities times, std::size_t people) {
    if (times.empty()) return static_cast<double>(people);
    double sum = 0;
    for (auto t : times) sum += t;
    return sum;
}

// A column that is left out has no coefficient.
MetricValue wald(Metric metric, RegressionFit const& fit, Coefficient coefficient, double unit,
                 double quantile) {
    MetricValue result{.metric = metric, .interval = IntervalKind::wald, .status = fit.status};
    if (fit.status != FitStatus::ok || std::isnan(coefficient.standard_error)) return result;
    auto const value = coefficient.value * unit;
    result.standard_error = coefficient.standard_error * std::abs(unit);
    auto const half = quantile * result.standard_error;
    auto const scaled = [&](double x) { return is_ratio(metric) ? portable_exp(x) : x; };
    result.value = scaled(value);
    result.lower = scaled(value - half);
    result.upper = scaled(value + half);
    return result;
}

Coefficient last_of(RegressionFit const& fit) {
    return fit.coefficients.empty() ? Coefficient{} : fit.coefficients.back();
}

}  // namespace

std::int64_t EvaluatedPeople::cases() const {
    return std::ranges::count_if(is_case, [](std::uint8_t c) { return c != 0; });
}

ScoreMetrics::ScoreMetrics(EvaluatedPeople people, double score_sd,
                           std::optional<double> prevalence)
    : people_{std::move(people)},
      score_sd_{score_sd},
      prevalence_{prevalence},
      alone_{people_.size(), {people_.score}},
      covariates_{people_.size(), spans(people_.covariates)},
      full_{people_.size(), with_score(people_)},
      by_score_{people_.score},
      case_values_(people_.is_case.begin(), people_.is_case.end()) {
    expect(people_.size() > 0, "there are people");
    expect(std::ssize(people_.values) == people_.size(), "everybody has a value");
    expect(people_.outcome == Outcome::quantitative ? people_.is_case.empty()
                                                    : std::ssize(people_.is_case) == people_.size(),
           "everybody is a case or not, where there are cases");
    expect(people_.prediction.empty() || std::ssize(people_.prediction) == people_.size(),
           "everybody has a prediction, or nobody");
    expect(people_.risk.empty() || (people_.outcome == Outcome::time_to_event &&
                                    std::ssize(people_.risk) == people_.size()),
           "everybody has a risk by the horizon, or nobody");
    if (people_.outcome == Outcome::time_to_event) by_time_.emplace(people_.values);
    start_ = fit({});
}

ScoreMetrics::Fits ScoreMetrics::fit(Multiplicities times) const {
    auto const one = [&](RegressionDesign const& design, RegressionFit const& start) {
        switch (people_.outcome) {
            case Outcome::binary:
                return fit_logistic(design, people_.is_case,
                                    {.offset = {}, .times = times, .start = start_of(start)});
            case Outcome::time_to_event:
                return fit_cox(design, *by_time_, people_.is_case,
                               {.times = times, .start = start_of(start)});
            default:
                return fit_linear(design, people_.values, times);
        }
    };
    return {one(covariates_, start_.covariates), one(full_, start_.full)};
}

std::vector<ScoreMetrics::Named> ScoreMetrics::explained_variance(Multiplicities times,
                                                                  Fits const& fits) const {
    auto const alone = fit_linear(alone_, people_.values, times);
    std::vector<Named> named{{Metric::r2, r_squared(alone), alone.status}};
    if (people_.covariates.empty()) return named;
    auto const base = r_squared(fits.covariates);
    auto const full = r_squared(fits.full);
    auto const both = status_of(fits.covariates, fits.full);
    named.push_back({Metric::r2_covariates, base, fits.covariates.status});
    named.push_back({Metric::r2_full, full, fits.full.status});
    named.push_back({Metric::r2_incremental, full - base, both});
    return named;
}

double ScoreMetrics::brier(Multiplicities times) const {
    double sum = 0;
    for (std::size_t s = 0; s < people_.prediction.size(); ++s) {
        auto const error = logistic(people_.prediction[s]) - case_values_[s];
        sum += (times.empty() ? 1.0 : static_cast<double>(times[s])) * error * error;
    }
    return sum / total(times, people_.prediction.size());
}

std::vector<ScoreMetrics::Named> ScoreMetrics::risk_metrics(Multiplicities times,
                                                            Fits const& fits) const {
    std::vector<Named> named;
    auto const people = total(times, people_.is_case.size());
    auto const both = status_of(fits.covariates, fits.full);
    if (!people_.covariates.empty()) {
        auto const area = [&](RegressionDesign const& design, RegressionFit const& fit) {
            if (fit.status != FitStatus::ok) return unknown;
            PredictorOrder const order{linear_predictor(design, fit)};
            return roc_area(order, people_.is_case, times);
        };
        auto const base = area(covariates_, fits.covariates);
        auto const full = area(full_, fits.full);
        named.push_back({Metric::auc_covariates, base, fits.covariates.status});
        named.push_back({Metric::auc_full, full, fits.full.status});
        named.push_back({Metric::auc_incremental, full - base, both});
    }
    double cases = 0;
    for (std::size_t s = 0; s < case_values_.size(); ++s) {
        cases += case_values_[s] * (times.empty() ? 1.0 : static_cast<double>(times[s]));
    }
    auto const share = cases / people;
    auto const nagelkerke =
        both == FitStatus::ok
            ? nagelkerke_r_squared(fits.covariates.log_likelihood, fits.full.log_likelihood,
                                   static_cast<std::int64_t>(people))
            : unknown;
    named.push_back({Metric::nagelkerke_r2, nagelkerke, both});
    auto const one_class = share > 0 && share < 1 ? FitStatus::ok : FitStatus::one_class;
    if (prevalence_) {
        auto const observed = r_squared(fit_linear(alone_, case_values_, times));
        named.push_back({Metric::liability_r2,
                         one_class == FitStatus::ok
                             ? liability_r_squared(observed, *prevalence_, share)
                             : unknown,
                         one_class});
    }
    if (!people_.prediction.empty()) {
        auto const error = brier(times);
        auto const skill = one_class == FitStatus::ok ? 1 - error / (share * (1 - share)) : unknown;
        named.push_back({Metric::brier, error});
        named.push_back({Metric::brier_skill, skill, one_class});
    }
    return named;
}

std::vector<ScoreMetrics::Named> ScoreMetrics::concordance_metrics(Multiplicities times,
                                                                   Fits const& fits) const {
    auto const index = [&](PredictorOrder const& order) {
        return count_concordance(order, *by_time_, people_.is_case, times).index();
    };
    auto const any = people_.cases() > 0 ? FitStatus::ok : FitStatus::one_class;
    std::vector<Named> named{{Metric::c_index, index(by_score_), any}};
    if (!people_.risk.empty()) {
        auto const found = censored_brier(people_.values, *by_time_, people_.is_case, people_.risk,
                                          people_.horizon, times);
        auto const status = std::isnan(found.score) ? FitStatus::not_followed : FitStatus::ok;
        auto const chance = found.mean_risk * (1 - found.mean_risk);
        named.push_back({Metric::brier, found.score, status});
        named.push_back({Metric::brier_skill, chance > 0 ? 1 - found.score / chance : unknown,
                         status != FitStatus::ok || chance > 0 ? status : FitStatus::one_class});
    }
    if (people_.covariates.empty()) return named;
    auto const of_fit = [&](RegressionDesign const& design, RegressionFit const& fit) {
        if (fit.status != FitStatus::ok) return unknown;
        return index(PredictorOrder{linear_predictor(design, fit)});
    };
    auto const base = of_fit(covariates_, fits.covariates);
    auto const full = of_fit(full_, fits.full);
    named.push_back({Metric::c_index_covariates, base, fits.covariates.status});
    named.push_back({Metric::c_index_full, full, fits.full.status});
    named.push_back(
        {Metric::c_index_incremental, full - base, status_of(fits.covariates, fits.full)});
    return named;
}

std::vector<ScoreMetrics::Named> ScoreMetrics::resampled(Multiplicities times,
                                                         Fits const& fits) const {
    switch (people_.outcome) {
        case Outcome::binary:
            return risk_metrics(times, fits);
        case Outcome::time_to_event:
            return concordance_metrics(times, fits);
        default:
            return explained_variance(times, fits);
    }
}

std::vector<double> ScoreMetrics::resample(Multiplicities times) const {
    std::vector<double> values;
    // Regressions are half of the work where there are no covariates to compare with.
    bool const idle = people_.covariates.empty() && people_.outcome != Outcome::binary;
    for (auto const& named : resampled(times, idle ? start_ : fit(times))) {
        values.push_back(named.value);
    }
    return values;
}

void ScoreMetrics::add_per_sd(std::vector<MetricValue>& metrics, Fits const& fits) const {
    auto const& fit = fits.full;
    auto const normal = normal_95();
    switch (people_.outcome) {
        case Outcome::binary:
            metrics.push_back(
                wald(Metric::odds_ratio_per_sd, fit, last_of(fit), score_sd_, normal));
            break;
        case Outcome::time_to_event:
            metrics.push_back(
                wald(Metric::hazard_ratio_per_sd, fit, last_of(fit), score_sd_, normal));
            break;
        default:
            metrics.push_back(wald(Metric::effect_per_sd, fit, last_of(fit), score_sd_,
                                   student_t_95(fit.degrees_of_freedom)));
    }
}

void ScoreMetrics::add_calibration(std::vector<MetricValue>& metrics) const {
    if (people_.prediction.empty()) return;
    RegressionDesign const line{people_.size(), {people_.prediction}};
    RegressionDesign const nothing{people_.size(), {}};
    RegressionFit fit;
    RegressionFit level;
    double quantile = normal_95();
    double level_quantile = quantile;
    switch (people_.outcome) {
        case Outcome::binary:
            fit = fit_logistic(line, people_.is_case);
            level = fit_logistic(nothing, people_.is_case,
                                 {.offset = people_.prediction, .times = {}, .start = {}});
            break;
        case Outcome::time_to_event:
            fit = fit_cox(line, *by_time_, people_.is_case);
            break;
        default: {
            fit = fit_linear(line, people_.values);
            auto residual = people_.values;
            for (std::size_t s = 0; s < residual.size(); ++s) residual[s] -= people_.prediction[s];
            level = fit_linear(nothing, residual);
            quantile = student_t_95(fit.degrees_of_freedom);
            level_quantile = student_t_95(level.degrees_of_freedom);
        }
    }
    metrics.push_back(wald(Metric::calibration_slope, fit, last_of(fit), 1, quantile));
    if (people_.outcome == Outcome::time_to_event) return;
    metrics.push_back(
        wald(Metric::calibration_in_the_large, level, level.intercept, 1, level_quantile));
}

std::vector<MetricValue> ScoreMetrics::estimate() const {
    std::vector<MetricValue> metrics;
    if (people_.outcome == Outcome::binary) {
        auto const delong = roc_area_delong(by_score_, people_.is_case);
        MetricValue auc{.metric = Metric::auc,
                        .value = delong.area,
                        .standard_error = delong.standard_error,
                        .interval = IntervalKind::delong};
        if (std::isnan(delong.area)) auc.status = FitStatus::one_class;
        auc.lower = std::max(0.0, auc.value - normal_95() * auc.standard_error);
        auc.upper = std::min(1.0, auc.value + normal_95() * auc.standard_error);
        if (std::isnan(auc.standard_error)) auc.lower = auc.upper = unknown;
        metrics.push_back(auc);
    }
    for (auto const& named : resampled({}, start_)) {
        metrics.push_back({.metric = named.metric,
                           .value = named.status == FitStatus::ok ? named.value : unknown,
                           .interval = IntervalKind::bootstrap,
                           .status = named.status});
    }
    add_per_sd(metrics, start_);
    add_calibration(metrics);
    return metrics;
}

}  // namespace maniple

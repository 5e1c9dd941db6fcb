#include "person_risk.hpp"

#include <cmath>

#include <fmt/format.h>

#include "evaluation_score.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/core/error.hpp"
#include "maniple/model/logistic_regression.hpp"
#include "maniple/stats/student_t.hpp"
#include "prediction_range.hpp"

namespace maniple {
namespace {

// Of a description that may predict, before anything is computed.
std::string find_obstacle(ScoreDescription const& description, EvaluationFile const* evaluation) {
    if (description.outcome == Outcome::unknown) {
        return "these weights do not say what they predict";
    }
    if (!description.recalibration) {
        return "the model was not recalibrated (maniple evaluate --recalibrate does that, on "
               "people "
               "who did not train it)";
    }
    if (description.outcome != Outcome::time_to_event) return "";
    if (description.baseline.times.empty()) return "the model has no baseline hazard";
    if (evaluation == nullptr || !evaluation->horizon) {
        return "nothing says by which time (name an evaluation that was made with --horizon)";
    }
    return "";
}

std::string describe_beyond(PredictionRange const& range, Outcome outcome) {
    auto const text = outcome == Outcome::quantitative
                          ? fmt::format("{:.6g} to {:.6g}", range.lower, range.upper)
                          : fmt::format("{:.3g}% to {:.3g}%", 100 * range.lower, 100 * range.upper);
    return "the prediction lies outside of " + text +
           ", the range in which the evaluation named tells of people; farther out its calibration "
           "line is a guess";
}

}  // namespace

RiskPredictor::RiskPredictor(ScoreDescription const& description, std::string const& model,
                             std::vector<double> const& scores, StoreTables const& tables,
                             EvaluationFile const* evaluation)
    : description_{description},
      evaluation_{evaluation},
      obstacle_{find_obstacle(description, evaluation)} {
    if (!obstacle_.empty()) return;
    try {
        predictors_ = predict(description, scores, model, tables);
    } catch (UserError const& error) {
        obstacle_ = error.what();
        return;
    }
    if (description.outcome == Outcome::time_to_event) {
        hazard_ = cumulative_hazard(description.baseline, *evaluation->horizon);
    }
}

std::string RiskPredictor::obstacle(SampleIndex person) const {
    if (!obstacle_.empty()) return obstacle_;
    return std::isfinite(predictors_[person.at()])
               ? ""
               : "a covariate that the model predicts with is missing for this person";
}

double RiskPredictor::outcome_at(double predictor) const {
    switch (description_.outcome) {
        case Outcome::binary:
            return logistic(predictor);
        case Outcome::time_to_event:
            return 1 - portable_exp(-hazard_ * portable_exp(predictor));
        default:
            return predictor;
    }
}

std::string RiskPredictor::why_no_interval(double predicted) const {
    if (evaluation_ == nullptr) {
        return "no evaluation of the recalibrated model was named (--evaluation)";
    }
    if (evaluation_->model_checksum.empty()) {
        return "nobody knows whether the evaluation named was of this model";
    }
    auto const& used = evaluation_->recalibration;
    auto const& own = *description_.recalibration;
    if (!used || used->intercept != own.intercept || used->slope != own.slope) {
        return "the evaluation named is of the model before it was recalibrated as it is now";
    }
    auto const& line = evaluation_->curves.line;
    if (!line || line->status != FitStatus::ok) {
        return "the people evaluated do not determine a calibration line";
    }
    auto const range = find_prediction_range(*evaluation_);
    if (!range) return "the evaluation named does not tell what it predicted of its people";
    return range->contains(predicted) ? "" : describe_beyond(*range, description_.outcome);
}

PersonRisk RiskPredictor::of(SampleIndex person) const {
    expect(obstacle(person).empty(), "there is a risk of this person");

    auto const predictor = predictors_[person.at()];
    PersonRisk risk{.predicted = outcome_at(predictor),
                    .recalibrated_on = description_.recalibration->samples};
    risk.no_interval = why_no_interval(risk.predicted);
    if (description_.outcome == Outcome::time_to_event) risk.horizon = evaluation_->horizon;
    if (!risk.no_interval.empty()) return risk;
    auto const& line = *evaluation_->curves.line;
    auto const at = line_at(line, predictor);
    risk.observed = {outcome_at(at.value), outcome_at(at.lower), outcome_at(at.upper)};
    risk.evaluated = line.samples;
    if (description_.outcome == Outcome::quantitative) {
        auto const half = student_t_95(line.degrees_of_freedom);
        auto const mean_error = (at.upper - at.value) / half;
        auto const reach = half * std::sqrt(line.residual_variance + mean_error * mean_error);
        risk.value_range = {at.value, at.value - reach, at.value + reach};
    }
    return risk;
}

}  // namespace maniple

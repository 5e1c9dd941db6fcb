/// \file  The score that is evaluated: of whom, what it predicts, and a correction of it.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/run/column_choice.hpp"
#include "maniple/run/evaluation_data.hpp"
#include "maniple/store/cohort.hpp"
#include "maniple/store/model_file.hpp"

namespace maniple {

/// One value per sample of the cohort; NaN = missing.
struct EvaluatedScore {
    JudgedScore judged;
    std::vector<double> score;
    std::vector<double> prediction;  ///< Linear predictor, corrected; empty: relative.
    std::optional<ScoreModel> model;
    std::size_t position = 0;    ///< In the model.
    std::filesystem::path file;  ///< Of the model.
};

/// Are all known who trained this score? Weights from elsewhere know those of their recalibration
/// alone.
Training training_of(ScoreModel const& model, std::size_t score);

/// What is known of the score before it is computed: all but `score` and `prediction`.
/// \throws UserError where the model has no such score.
EvaluatedScore describe_score(EvaluationRequest const& request, Cohort const& cohort);

/// \throws UserError where an option needs predictions, or a baseline hazard, that there are not.
void require_predictions(EvaluationRequest const& request, JudgedScore const& judged);

/// \throws UserError where the request names no score, or predictions lack a covariate.
EvaluatedScore load_score(EvaluationRequest const& request, std::optional<Table> const& computed,
                          Cohort const& cohort, StoreTables const& tables, Log& log);

/// Linear predictors of everybody: score, offset, covariates and recalibration; NaN where something
/// is missing. \param model  its name, for messages. \throws UserError where the store lacks a
/// covariate.
std::vector<double> predict(ScoreDescription const& description, std::vector<double> score,
                            std::string const& model, StoreTables const& tables);

/// Intercept and slope of the regression of the outcome on the prediction. Times to events have no
/// intercept but observed over expected events, where there is a baseline hazard.
/// \throws UserError where these people do not determine them.
Recalibration fit_recalibration(EvaluatedPeople const& people, BaselineHazard const& baseline);

/// `second` after `first`.
Recalibration join(std::optional<Recalibration> const& first, Recalibration const& second);

/// The cumulative hazard at a time.
double cumulative_hazard(BaselineHazard const& baseline, double time);

/// The model with the correction, and with these samples counted as used.
FittedCorrection correct(Cohort const& cohort, EvaluatedScore const& source,
                         Recalibration const& recalibration, std::vector<bool> const& used);

}  // namespace maniple

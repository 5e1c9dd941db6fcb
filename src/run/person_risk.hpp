/// \file  What a recalibrated model predicts of a person, and how sure that is. Private to run.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/run/column_choice.hpp"
#include "maniple/run/evaluation_file.hpp"
#include "maniple/run/person_facts.hpp"

namespace maniple {

/// Risks by one score of a model, or why there are none.
class RiskPredictor {
public:
    /// \param scores      one per sample of the store.
    /// \param evaluation  of this score; null: none. It stays.
    RiskPredictor(ScoreDescription const& description, std::string const& model,
                  std::vector<double> const& scores, StoreTables const& tables,
                  EvaluationFile const* evaluation);

    /// Why there is no risk of somebody; empty: there is.
    std::string obstacle(SampleIndex person) const;
    /// \pre obstacle(person) is empty
    PersonRisk of(SampleIndex person) const;

private:
    /// From the scale of predictions.
    double outcome_at(double predictor) const;
    std::string why_no_interval(double predicted) const;

    ScoreDescription const& description_;
    EvaluationFile const* evaluation_;
    std::string obstacle_;  // For everybody.
    std::vector<double> predictors_;
    double hazard_ = 0;  // Cumulative baseline hazard by the horizon.
};

}  // namespace maniple

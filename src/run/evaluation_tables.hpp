/// \file  Tables of an evaluation: by fifth of the score, by tenth of the prediction, at
/// thresholds.
#pragma once

#include <vector>

#include "evaluation_cuts.hpp"
#include "evaluation_groups.hpp"
#include "maniple/run/evaluation_rows.hpp"

namespace maniple {

/// Odds ratio, hazard ratio or difference of each fifth of the scores, and of the top tenth,
/// twentieth and hundredth, against the middle fifth, beside the covariates. Bounds are those of
/// all people evaluated.
void add_quantiles(std::vector<EvaluatedGroup> const& groups, EvaluationData const& data,
                   ToldCuts& told, std::vector<EvaluationRow>& rows);

/// Predicted and observed outcome by tenth of the predictions of all people evaluated.
void add_calibration(std::vector<EvaluatedGroup> const& groups, EvaluationData const& data,
                     ToldCuts& told, std::vector<EvaluationRow>& rows);

/// Observed (and predicted) outcome by tenth of the score, or by fifth where tenths may not be
/// told. Everybody's alone, and not of times to events, whose incidence by fifth is told over time.
void add_outcomes(std::vector<EvaluatedGroup> const& groups, EvaluationData const& data,
                  ToldCuts& told, std::vector<EvaluationRow>& rows);

/// Places of everybody by bins of the score with as many people each; none where such bins may not
/// be told. \pre bins >= 2
std::vector<std::vector<std::size_t>> divide_everybody(std::vector<double> const& score, int bins,
                                                       ToldCuts& told,
                                                       CutDetail detail = CutDetail::classes);

/// True and false positive rates of each rule, gaps and heterogeneity. Binary traits alone.
void add_thresholds(std::vector<EvaluatedGroup> const& groups, EvaluationData const& data,
                    EvaluationRequest const& request, ToldCuts& told,
                    std::vector<EvaluationRow>& rows);

/// A line about a group, with its counts.
EvaluationRow row_of(EvaluatedGroup const& group, RowKind kind, std::string metric);

}  // namespace maniple

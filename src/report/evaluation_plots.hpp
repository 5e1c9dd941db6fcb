/// \file  Plots of an evaluation besides forests. Private to report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "maniple/run/evaluation_file.hpp"
#include "page_plot.hpp"

namespace maniple {

/// Observed against predicted outcome by tenth of the prediction, the calibration line, and the
/// predictions' histogram below. Nothing: no tenth has numbers.
std::optional<PagePlot> calibration_plot(EvaluationFile const& file);

/// Observed (and predicted) outcome by tenth or fifth of the score; of times to events the
/// incidence by the last time that all fifths have, or by the horizon. Nothing: there are no
/// numbers.
std::optional<PagePlot> quantile_plot(EvaluationFile const& file);

/// Incidence by group of the score over time. Nothing: no curve is told.
std::optional<PagePlot> incidence_plot(EvaluationFile const& file);

/// What `quantile_plot` shows, one element per bin.
struct OutcomeBin {
    std::string label;
    std::int64_t samples = -1;
    std::int64_t cases = -1;
    double observed = EvaluationRow::unknown;
    double lower = EvaluationRow::unknown;
    double upper = EvaluationRow::unknown;
    double predicted = EvaluationRow::unknown;
    std::string status = "ok";
};
std::vector<OutcomeBin> list_outcome_bins(EvaluationFile const& file);

/// The time that those of times to events are by; nothing: there is no common one.
std::optional<double> common_time(EvaluationFile const& file);

/// Observed and predicted outcome in each tenth of the predictions of everybody.
std::vector<OutcomeBin> list_calibration_bins(EvaluationFile const& file);

}  // namespace maniple

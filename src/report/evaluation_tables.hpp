/// \file  Tables of an evaluation's page. Private to report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "maniple/report/page_table.hpp"
#include "maniple/run/evaluation_file.hpp"

namespace maniple {

/// Every metric of everybody, or pooled over levels.
PageTable metrics_table(EvaluationFile const& file);

/// Groups of every factor with their people, main metric, and the gap to the reference group. No
/// rows: there are no groups.
PageTable groups_table(EvaluationFile const& file);

/// Slope and level of each group's calibration. No rows: there are none.
PageTable group_calibration_table(EvaluationFile const& file);

/// True and false positive rates by rule and group, with gaps. No rows: no rule was asked for.
PageTable rates_table(EvaluationFile const& file);

/// Does any group differ, by metric: Cochran's Q. No rows: there are no groups.
PageTable differences_table(EvaluationFile const& file);

PageTable calibration_table(EvaluationFile const& file);
PageTable outcome_table(EvaluationFile const& file);

/// Fifths and top shares against the middle fifth.
PageTable contrasts_table(EvaluationFile const& file);

PageTable incidence_table(EvaluationFile const& file);

/// What a histogram is of: "Score", "Predicted risk".
std::string_view name_of_scale(HistogramScale scale);
PageTable histogram_table(PeopleHistogram const& histogram);
PageTable reporting_table(EvaluationFile const& file);

/// The number in full for sorting, in short for reading.
PageCell short_cell(double value, double step = 0);

}  // namespace maniple

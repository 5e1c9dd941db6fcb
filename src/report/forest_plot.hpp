/// \file  One metric of many groups. Private to report.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "maniple/run/evaluation_rows.hpp"
#include "page_plot.hpp"

namespace maniple {

struct ForestRow {
    std::string label;
    EvaluationRow const* row = nullptr;
};

/// Estimates with their intervals, the first on top; rows without a number are said to have none.
/// \param source  ID of its data. \param metric  the main one of the outcome. \pre there are rows
PagePlot forest_plot(std::string const& source, std::string_view metric, Outcome outcome,
                     std::vector<ForestRow> const& rows);

}  // namespace maniple

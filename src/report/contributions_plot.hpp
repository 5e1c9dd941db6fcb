/// \file  What raises and lowers a score. Private to report.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "page_plot.hpp"

namespace maniple {

/// Bars to the right raise the score, bars to the left lower it; the first on top.
/// \param rows  names and contributions. \pre there are some
PagePlot contributions_plot(std::string const& source, std::string const& title,
                            std::vector<std::pair<std::string, double>> const& rows);

}  // namespace maniple

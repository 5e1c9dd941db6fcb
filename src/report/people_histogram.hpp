/// \file  Cells of people as edges of bars. Private to report.
#pragma once

#include <vector>

#include "maniple/report/svg_plot.hpp"
#include "maniple/run/evaluation_curves.hpp"

namespace maniple {

/// Edges of all cells: those beyond the outermost bounds are drawn one step wide, within 0 to 1
/// where they are of risks. One more than counts.
std::vector<double> edges_of(PeopleHistogram const& histogram);

/// People per width of each cell, the largest being 1.
std::vector<double> heights_of(PeopleHistogram const& histogram);

/// Bars from `floor` on, the highest up to `floor + height`.
void add_bars(SvgPlot& plot, PeopleHistogram const& histogram, double floor, double height,
              PlotColour colour);

}  // namespace maniple

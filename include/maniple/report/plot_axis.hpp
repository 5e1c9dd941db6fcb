/// \file  Axes of plots: their ends and where they are labelled.
#pragma once

#include <string>
#include <vector>

namespace maniple {

struct PlotTick {
    double value = 0;
    std::string label;
    std::string full = {};  ///< Where the label is a part of it.
};

struct PlotAxis {
    std::string title;
    double least = 0;
    double most = 1;
    std::vector<PlotTick> ticks;       ///< Ascending, between least and most.
    std::vector<double> borders = {};  ///< Where a rule is drawn, though there is no tick.
};

/// An axis from `least` to `most`, both moved outwards to ticks at 1, 2 or 5 times a power of ten.
/// Equal ends, and those closer than 1e-290, are moved apart; ends beyond 1e300 are cut there.
/// \param wanted_ticks  about how many.
/// \pre least <= most, both finite; wanted_ticks >= 2
PlotAxis linear_axis(std::string title, double least, double most, int wanted_ticks = 6);

/// An axis with one label at 0, 1, 2, ..., half a step wider at each end: for rows and groups.
/// \pre labels is not empty
PlotAxis category_axis(std::string title, std::vector<std::string> const& labels);

}  // namespace maniple

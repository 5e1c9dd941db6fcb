/// \file  A plot with its data, ready for a page. Private to report.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "maniple/report/page.hpp"
#include "maniple/report/plot_figure.hpp"

namespace maniple {

struct PagePlot {
    PlotFigure figure;
    nlohmann::ordered_json data;
};

/// The figure as HTML; its data go to the page.
std::string place_plot(Page& page, PagePlot const& plot);

/// Numbers of a plot's data: four significant digits more than anybody sees; NaN is null.
nlohmann::ordered_json plot_numbers(std::vector<double> const& values);

/// A plot that has an ID is told to its picture as well.
std::string picture_id(std::string const& source);

}  // namespace maniple

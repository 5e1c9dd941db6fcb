/// \file  A plot in a page: picture, words, and where the script finds its data.
#pragma once

#include <string>

namespace maniple {

struct PlotFigure {
    std::string kind;     ///< What the script draws: "manhattan", "qq", "forest", ...
    std::string source;   ///< ID of the data in the page; empty: the picture is all there is.
    std::string title;    ///< Of the plot.
    std::string svg;      ///< From SvgPlot.
    std::string caption;  ///< The main finding in words.
};

/// A figure element.
std::string to_html(PlotFigure const& figure);

}  // namespace maniple

/// \file  How many people have which value, and where one of them is. Private to report.
#pragma once

#include <optional>
#include <string>

#include "maniple/run/evaluation_curves.hpp"
#include "page_plot.hpp"

namespace maniple {

struct DensityMark {
    double value = 0;
    std::string label;
};

/// \param source  ID of its data. \param what  the values are of, for the axis.
PagePlot density_plot(std::string const& source, std::string const& what,
                      PeopleHistogram const& histogram,
                      std::optional<DensityMark> const& mark = {});

}  // namespace maniple

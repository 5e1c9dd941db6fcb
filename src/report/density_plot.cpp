#include "density_plot.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "maniple/core/readable.hpp"
#include "maniple/report/svg_plot.hpp"
#include "people_histogram.hpp"

namespace maniple {

PagePlot density_plot(std::string const& source, std::string const& what,
                      PeopleHistogram const& histogram, std::optional<DensityMark> const& mark) {
    auto const edges = edges_of(histogram);
    auto least = edges.front();
    auto most = edges.back();
    if (mark) {
        least = std::fmin(least, mark->value);
        most = std::fmax(most, mark->value);
    }
    SvgPlot plot{{.width = 700, .height = 320},
                 linear_axis(what, least, most),
                 PlotAxis{.title = "People (relative)", .least = 0, .most = 1.1, .ticks = {}}};
    add_bars(plot, histogram, 0, 1, PlotColour::band_strong);
    nlohmann::ordered_json data{{"edges", plot_numbers(edges)}, {"counts", histogram.counts}};
    auto const people =
        std::accumulate(histogram.counts.begin(), histogram.counts.end(), std::int64_t{0});
    auto caption =
        fmt::format("{} people in cells between round values; the outermost bars hold all beyond.",
                    grouped(people));
    if (mark) {
        plot.add_line(std::vector{mark->value, mark->value}, std::vector{0.0, 1.05},
                      PlotColour::accent);
        plot.add_label(mark->value, 1.02, mark->label);
        data["mark"] = {{"value", mark->value}, {"label", mark->label}};
        caption += fmt::format(" The line is {}.", mark->label);
    }
    return {
        {.kind = "density",
         .source = source,
         .title = what,
         .svg = std::move(plot).finish(picture_id(source), fmt::format("Distribution: {}", what)),
         .caption = caption},
        std::move(data)};
}

}  // namespace maniple

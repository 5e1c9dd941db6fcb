#include "people_histogram.hpp"

#include <algorithm>
#include <cmath>

namespace maniple {

std::vector<double> edges_of(PeopleHistogram const& histogram) {
    auto first = histogram.bounds.front() - histogram.step;
    auto last = histogram.bounds.back() + histogram.step;
    if (histogram.scale == HistogramScale::predicted_risk) {
        first = std::fmax(first, 0);
        last = std::fmin(last, 1);
    }
    std::vector<double> edges{first};
    edges.insert(edges.end(), histogram.bounds.begin(), histogram.bounds.end());
    edges.push_back(last);
    return edges;
}

std::vector<double> heights_of(PeopleHistogram const& histogram) {
    auto const edges = edges_of(histogram);
    std::vector<double> heights;
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
        auto const width = std::fmax(edges[i + 1] - edges[i], histogram.step / 2);
        heights.push_back(static_cast<double>(histogram.counts[i]) / width);
    }
    auto const most = std::ranges::max(heights);
    for (auto& height : heights) height = most > 0 ? height / most : 0;
    return heights;
}

void add_bars(SvgPlot& plot, PeopleHistogram const& histogram, double floor, double height,
              PlotColour colour) {
    auto const edges = edges_of(histogram);
    auto const heights = heights_of(histogram);
    for (std::size_t i = 0; i < heights.size(); ++i) {
        if (heights[i] == 0) continue;
        plot.add_box(edges[i], std::fmax(edges[i + 1], edges[i]), floor,
                     floor + height * heights[i], colour);
    }
}

}  // namespace maniple

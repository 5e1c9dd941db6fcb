#include "../src/report/people_histogram.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

using Numbers = std::vector<double>;

PeopleHistogram histogram_of(HistogramScale scale, double step, Numbers bounds,
                             std::vector<std::int64_t> counts) {
    return {.scale = scale, .step = step, .bounds = std::move(bounds), .counts = std::move(counts)};
}

TEST_CASE("edges_of: the outermost cells are one step wide", "[report]") {
    CHECK(edges_of(histogram_of(HistogramScale::score, 1, {1, 2, 4}, {2, 4, 6, 1})) ==
          Numbers{0, 1, 2, 4, 5});
    CHECK(edges_of(histogram_of(HistogramScale::predicted_value, 10, {170}, {6, 7})) ==
          Numbers{160, 170, 180});
}

TEST_CASE("edges_of: risks lie from 0 to 1", "[report]") {
    CHECK(edges_of(histogram_of(HistogramScale::predicted_risk, 0.25, {0.125, 0.875}, {5, 5, 5})) ==
          Numbers{0, 0.125, 0.875, 1});
    CHECK(edges_of(histogram_of(HistogramScale::predicted_risk, 0.25, {0.5}, {5, 5})) ==
          Numbers{0.25, 0.5, 0.75});
}

TEST_CASE("heights_of: people per width, the largest being 1", "[report]") {
    // 2, 4, 6 / 2 and 1 people per width.
    CHECK(heights_of(histogram_of(HistogramScale::score, 1, {1, 2, 4}, {2, 4, 6, 1})) ==
          Numbers{0.5, 1, 0.75, 0.25});
    // The first cell of these risks has no width, and counts half a step.
    CHECK(heights_of(histogram_of(HistogramScale::predicted_risk, 0.5, {0, 0.5}, {5, 40, 20})) ==
          Numbers{0.25, 1, 0.5});
    CHECK(heights_of(histogram_of(HistogramScale::score, 1, {1}, {0, 0})) == Numbers{0, 0});
}

TEST_CASE("add_bars: one box for each cell with people, the highest up to the top", "[report]") {
    auto const histogram = histogram_of(HistogramScale::score, 1, {1, 2, 3}, {5, 0, 10, 5});
    PlotFrame const frame{
        .width = 400, .height = 100, .left = 0, .right = 0, .top = 0, .bottom = 0};
    PlotAxis const x{.title = "", .most = 4, .ticks = {}};
    PlotAxis const y{.title = "", .most = 10, .ticks = {}};
    SvgPlot by_hand{frame, x, y};
    by_hand.add_box(0, 1, 2, 4, PlotColour::accent);
    by_hand.add_box(2, 3, 2, 6, PlotColour::accent);
    by_hand.add_box(3, 4, 2, 4, PlotColour::accent);
    SvgPlot plot{frame, x, y};
    add_bars(plot, histogram, 2, 4, PlotColour::accent);
    CHECK(std::move(plot).finish("a", "b") == std::move(by_hand).finish("a", "b"));
}

}  // namespace
}  // namespace maniple

#include "maniple/report/svg_plot.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <random>
#include <regex>
#include <set>
#include <string>
#include <utility>

#include "../../src/report/dot_path.hpp"
#include "../../src/report/svg_text.hpp"
#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// The places that a path of `dot_path` draws, by following the pen.
std::set<GridPlace> drawn(std::string const& path) {
    std::set<GridPlace> places;
    GridPlace pen{0, 0};
    std::regex const step{"m(-?\\d+) ?(-?\\d+)(h0|v(\\d+))"};
    std::string rest = path;
    for (std::smatch found; std::regex_search(rest, found, step); rest = found.suffix()) {
        REQUIRE(found.position() == 0);
        pen.x += std::stoi(found[1]);
        pen.y += std::stoi(found[2]);
        places.insert(pen);
        for (int i = found[4].matched ? std::stoi(found[4]) : 0; i > 0; --i) {
            ++pen.y;
            places.insert(pen);
        }
    }
    CHECK(rest.empty());
    return places;
}

TEST_CASE("dot_path: draws every place, and nothing a dot away from one", "[report]") {
    std::mt19937 chance{3};
    std::vector<GridPlace> places;
    for (int i = 0; i < 3000; ++i) {
        places.push_back(
            {static_cast<std::int32_t>(chance() % 40), static_cast<std::int32_t>(chance() % 200)});
    }
    std::int32_t const reach = 4;
    auto const found = drawn(dot_path(places, reach));
    std::set<GridPlace> const wanted{places.begin(), places.end()};
    for (auto const& place : wanted) CHECK(found.contains(place));
    for (auto const& place : found) {
        auto const below = wanted.lower_bound({place.x, place.y - reach});
        CHECK((below != wanted.end() && below->x == place.x && below->y <= place.y));
    }
    CHECK(drawn(dot_path(places, 0)) == wanted);
    CHECK(dot_path({}, 1).empty());
}

TEST_CASE("linear_axis: ends and ticks are round numbers", "[report]") {
    auto const axis = linear_axis("y", 0.3, 7.7);
    CHECK(axis.least == 0);
    CHECK(axis.most == 8);
    CHECK(axis.ticks.size() == 5);
    CHECK(axis.ticks[1].label == "2");
    CHECK(linear_axis("y", 0.001, 0.004).ticks[0].label == "0.0010");  // As many digits as 0.0015.
    CHECK(linear_axis("y", 5, 5).least < 5);
    CHECK_THROWS_AS(linear_axis("y", 2, 1), ContractViolation);
}

SvgPlot small_plot() {
    return {PlotFrame{.width = 300, .height = 200}, linear_axis("x", 0, 1), linear_axis("y", 0, 1)};
}

TEST_CASE("linear_axis: ends of any size", "[report]") {
    using Limits = std::numeric_limits<double>;
    auto const widest = linear_axis("y", -Limits::max(), Limits::max());
    CHECK(widest.least <= -1e300);
    CHECK(widest.most >= 1e300);
    CHECK(std::isfinite(widest.most - widest.least));
    CHECK(widest.ticks.size() < 20);
    auto const closest = linear_axis("y", 0, Limits::denorm_min());
    CHECK(closest.least == -1);
    CHECK(closest.most == 1);
    CHECK(linear_axis("y", 1e-100, 3e-100).ticks.size() > 2);
    CHECK(linear_axis("y", -3e9, 4e9).ticks.back().label == "4e+09");
}

TEST_CASE("linear_axis: ticks are the doubles that their labels say, and each has its own",
          "[report]") {
    for (auto const& [least, most] : {std::pair{0.0, 1.0},
                                      {0.1, 0.75},
                                      {-3e-8, 2e-7},
                                      {20200101.0, 20200104.0},
                                      {1e14, 1e14 + 9},
                                      {1e15, 1e15},
                                      {0.1, 0.1 + 1e-16},
                                      {-0.7, 123456.0}}) {
        auto const axis = linear_axis("y", least, most);
        CHECK(axis.least <= least + 1e-9 * (most - least));
        CHECK(axis.most >= most - 1e-9 * (most - least));
        CHECK(axis.ticks.size() > 2);
        CHECK(axis.ticks.size() < 20);
        std::set<std::string> labels;
        for (auto const& tick : axis.ticks) {
            CHECK(std::stod(tick.label) == tick.value);
            labels.insert(tick.label);
        }
        CHECK(labels.size() == axis.ticks.size());
    }
}

TEST_CASE("SvgPlot: names in it are text", "[report]") {
    auto plot = small_plot();
    plot.add_label(0.5, 0.5, "</svg><script>&");
    auto const svg = std::move(plot).finish("id\"", "<title>");
    CHECK(svg.find("<script>") == std::string::npos);
    CHECK(svg.find("&lt;/svg&gt;&lt;script&gt;&amp;") != std::string::npos);
    CHECK(svg.find("aria-labelledby=\"id&quot;\"") != std::string::npos);
}

TEST_CASE("SvgPlot: a label that would cover others is left out", "[report]") {
    auto plot = small_plot();
    int written = 0;
    for (int i = 0; i < 20; ++i) written += plot.add_label(0.5, 0.5, "rs123456") ? 1 : 0;
    CHECK(written >= 2);
    CHECK(written <= 5);
    CHECK_FALSE(plot.add_label(0.5, 0.5, "rs123456"));
}

TEST_CASE("SvgPlot: labels of both axes keep apart where they meet", "[report]") {
    constexpr PlotFrame frame{.width = 300, .height = 200};
    auto const svg =
        SvgPlot{frame, linear_axis("x", 0, 1), linear_axis("y", 0, 4)}.finish("i", "t");
    std::smatch of_y, of_x;
    REQUIRE(std::regex_search(svg, of_y, std::regex{"y=\"([0-9.]+)\"[^>]*>0</text>"}));
    REQUIRE(std::regex_search(svg, of_x, std::regex{"y=\"([0-9.]+)\"[^>]*>0.0</text>"}));
    constexpr double line = 1.2 * svg_letter_height;
    CHECK(std::stod(of_x[1]) - std::stod(of_y[1]) > line);
    CHECK(std::stod(of_x[1]) < frame.height - line);
}

TEST_CASE("SvgPlot: the whole of a label that was cut is its title", "[report]") {
    auto axis = linear_axis("x", 0, 1);
    axis.ticks = {{0.2, "short", "short"}, {0.7, "lo…", "longer & longer"}};
    auto const svg =
        SvgPlot{{.width = 300, .height = 200}, axis, linear_axis("y", 0, 1)}.finish("i", "t");
    CHECK(svg.find("<title>longer &amp; longer</title>lo…</text>") != std::string::npos);
    CHECK(svg.find("<title>short") == std::string::npos);
}

TEST_CASE("css_of: the names that the style sheet has", "[report]") {
    CHECK(css_of(PlotColour::ink) == "var(--ink)");
    CHECK(css_of(PlotColour::band_edge) == "var(--band-edge)");
    CHECK(css_of(PlotColour::positive) == "var(--positive)");
    CHECK(css_of(series_colour(0)) == "var(--series-1)");
    CHECK(css_of(series_colour(15)) == "var(--series-8)");
}

TEST_CASE("SvgPlot: bands and boxes as light as a band have an edge", "[report]") {
    static constexpr std::array ends{0.0, 1.0};
    auto plot = small_plot();
    plot.add_box(0, 1, 0, 1, PlotColour::band_strong);
    CHECK(std::move(plot).finish("i", "t").find("var(--band-edge)") == std::string::npos);
    for (auto add : {+[](SvgPlot& one) { one.add_band(ends, ends, ends); },
                     +[](SvgPlot& one) { one.add_box(0, 1, 0, 1, PlotColour::band); }}) {
        auto light = small_plot();
        add(light);
        CHECK(std::move(light).finish("i", "t").find("stroke=\"var(--band-edge)\"") !=
              std::string::npos);
    }
}

TEST_CASE("SvgPlot: contracts", "[report]") {
    auto plot = small_plot();
    std::vector<double> const one{1};
    CHECK_THROWS_AS(plot.add_points(one, {}, PlotColour::ink), ContractViolation);
    CHECK_THROWS_AS(plot.add_box(1, 0, 0, 1, PlotColour::ink), ContractViolation);
}

TEST_CASE("shortened: cuts between characters", "[report]") {
    CHECK(shortened("Größe", 5) == "Größe");
    CHECK(shortened("Größe", 4) == "Grö…");
}

}  // namespace
}  // namespace maniple

#include "maniple/report/svg_plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "dot_path.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/report/html.hpp"
#include "svg_text.hpp"

namespace maniple {
namespace {

constexpr double gap = 4;  // Between words and what they stand beside [pixels].

std::string line_of(double x1, double y1, double x2, double y2, PlotColour colour) {
    return fmt::format("<path d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\" stroke=\"{}\" fill=\"none\"/>", x1,
                       y1, x2, y2, css_of(colour));
}

// Light grounds are too near to paper to be seen by everybody without.
std::string edge_of(PlotColour colour) {
    return colour == PlotColour::band ? css_of(PlotColour::band_edge) : "none";
}

}  // namespace

std::string css_of(PlotColour colour) {
    constexpr std::array names{"ink",      "muted",     "grid",        "accent",
                               "band",     "band-edge", "band-strong", "contig-1",
                               "contig-2", "negative",  "positive"};
    auto const number = static_cast<std::size_t>(colour);
    if (number < names.size()) return fmt::format("var(--{})", names[number]);
    return fmt::format("var(--series-{})", number - names.size() + 1);
}

PlotColour series_colour(std::int64_t series) {
    constexpr int colours = 8;
    return static_cast<PlotColour>(static_cast<int>(PlotColour::series_1) + series % colours);
}

SvgPlot::SvgPlot(PlotFrame const& frame, PlotAxis x, PlotAxis y)
    : frame_{frame}, x_{std::move(x)}, y_{std::move(y)}, key_end_{frame.left + 2 * gap} {
    expect(x_.least < x_.most && y_.least < y_.most, "an axis has two ends");
}

double SvgPlot::x_of(double value) const {
    auto const share = (value - x_.least) / (x_.most - x_.least);
    return frame_.left + std::clamp(share, 0.0, 1.0) * (frame_.width - frame_.left - frame_.right);
}

double SvgPlot::y_of(double value) const {
    auto const share = (value - y_.least) / (y_.most - y_.least);
    return frame_.height - frame_.bottom -
           std::clamp(share, 0.0, 1.0) * (frame_.height - frame_.top - frame_.bottom);
}

void SvgPlot::add_points(std::span<double const> x, std::span<double const> y, PlotColour colour,
                         double diameter) {
    expect(x.size() == y.size(), "a point has two coordinates");

    constexpr double per_pixel = 2;
    std::vector<GridPlace> places;
    places.reserve(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) {
        if (std::isnan(x[i]) || std::isnan(y[i])) continue;
        places.push_back({static_cast<std::int32_t>(std::lround(x_of(x[i]) * per_pixel)),
                          static_cast<std::int32_t>(std::lround(y_of(y[i]) * per_pixel))});
    }
    if (places.empty()) return;
    auto const reach = static_cast<std::int32_t>(diameter * per_pixel / 2);
    layers_ += fmt::format(
        "<path class=\"points\" transform=\"scale(.5)\" d=\"{}\" stroke=\"{}\" stroke-width=\"{}\" "
        "stroke-linecap=\"round\" fill=\"none\"/>",
        dot_path(std::move(places), reach), css_of(colour), diameter * per_pixel);
}

void SvgPlot::add_line(std::span<double const> x, std::span<double const> y, PlotColour colour,
                       PlotLine line) {
    expect(x.size() == y.size(), "a point has two coordinates");

    std::string path;
    bool is_down = false;
    for (std::size_t i = 0; i < x.size(); ++i) {
        bool const is_known = !std::isnan(x[i]) && !std::isnan(y[i]);
        if (is_known) {
            fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}", is_down ? "L" : "M",
                           x_of(x[i]), y_of(y[i]));
        }
        is_down = is_known;
    }
    layers_ += fmt::format(
        "<path class=\"line\" d=\"{}\" stroke=\"{}\" stroke-width=\"1.5\" fill=\"none\"{}/>", path,
        css_of(colour), line == PlotLine::dashed ? " stroke-dasharray=\"6 4\"" : "");
}

void SvgPlot::add_band(std::span<double const> x, std::span<double const> lower,
                       std::span<double const> upper, PlotColour colour) {
    expect(x.size() == lower.size() && x.size() == upper.size(), "a band has two sides");

    std::string path;
    for (std::size_t i = 0; i < x.size(); ++i) {
        fmt::format_to(std::back_inserter(path), "{}{:.1f} {:.1f}", i == 0 ? "M" : "L", x_of(x[i]),
                       y_of(upper[i]));
    }
    for (std::size_t i = x.size(); i-- > 0;) {
        fmt::format_to(std::back_inserter(path), "L{:.1f} {:.1f}", x_of(x[i]), y_of(lower[i]));
    }
    layers_ += fmt::format("<path class=\"band\" d=\"{}Z\" fill=\"{}\" stroke=\"{}\"/>", path,
                           css_of(colour), edge_of(colour));
}

void SvgPlot::add_box(double left, double right, double bottom, double top, PlotColour colour) {
    expect(left <= right && bottom <= top, "a box has its corners in order");

    layers_ += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\" "
        "stroke=\"{}\"/>",
        x_of(left), y_of(top), x_of(right) - x_of(left), y_of(bottom) - y_of(top), css_of(colour),
        edge_of(colour));
}

bool SvgPlot::is_free(Box const& box) const {
    bool const is_inside = box.left >= frame_.left && box.right <= frame_.width && box.top >= 0 &&
                           box.bottom <= frame_.height - frame_.bottom;
    return is_inside && std::ranges::none_of(taken_, [&](Box const& other) {
               return box.left < other.right && other.left < box.right && box.top < other.bottom &&
                      other.top < box.bottom;
           });
}

bool SvgPlot::add_label(double x, double y, std::string_view words) {
    constexpr std::size_t longest = 24;
    if (std::isnan(x) || std::isnan(y)) return false;
    auto const text = shortened(words, longest);
    auto const width = svg_text_width(text);
    auto const height = svg_letter_height;
    double const across = x_of(x);
    double const down = y_of(y);
    // Above, right, left, then further above.
    std::array<std::pair<double, double>, 5> const places{{{-width / 2, -2 * gap},
                                                           {2 * gap, height / 2},
                                                           {-width - 2 * gap, height / 2},
                                                           {2 * gap, -height},
                                                           {-width - 2 * gap, -height}}};
    for (auto const& [right, below] : places) {
        Box const box{.left = across + right,
                      .right = across + right + width,
                      .top = down + below - height,
                      .bottom = down + below + gap / 2};
        if (!is_free(box)) continue;
        taken_.push_back(box);
        words_ += svg_text(box.left, down + below, text);
        return true;
    }
    return false;
}

void SvgPlot::add_key(std::string_view words, PlotColour colour) {
    constexpr double dot = 8;
    auto const height = frame_.top + svg_letter_height;
    Box const box{.left = key_end_,
                  .right = key_end_ + dot + gap + svg_text_width(words) + 4 * gap,
                  .top = frame_.top,
                  .bottom = height + gap};
    taken_.push_back(box);
    words_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" fill=\"{}\"/>",
                          box.left + dot / 2, height - gap, dot / 2, css_of(colour));
    words_ += svg_text(box.left + dot + gap, height, words);
    key_end_ = box.right;
}

void SvgPlot::write_x_ticks(std::string& svg) const {
    auto const bottom = frame_.height - frame_.bottom;
    for (auto const border : x_.borders) {
        svg += line_of(x_of(border), frame_.top, x_of(border), bottom, PlotColour::grid);
    }
    constexpr double below = 3;  // What a label of the other axis reaches down to here.
    double free_from = 0;
    for (auto const& tick : x_.ticks) {
        auto const place = x_of(tick.value);
        auto const half = svg_text_width(tick.label) / 2;
        if (place - half < free_from || place + half > frame_.width) continue;
        if (x_.borders.empty())
            svg += line_of(place, bottom, place, bottom + gap, PlotColour::muted);
        svg += svg_text(place, bottom + gap + svg_letter_height + below, tick.label,
                        SvgAnchor::middle, tick.full == tick.label ? "" : tick.full);
        free_from = place + half + gap;
    }
}

void SvgPlot::write_y_ticks(std::string& svg) const {
    constexpr std::size_t longest = 40;
    for (auto const& tick : y_.ticks) {
        auto const place = y_of(tick.value);
        svg += line_of(frame_.left, place, frame_.width - frame_.right, place, PlotColour::grid);
        svg += svg_text(frame_.left - gap, place + svg_letter_height / 3,
                        shortened(tick.label, longest), SvgAnchor::end);
    }
}

std::string SvgPlot::axes() const {
    std::string svg;
    auto const bottom = frame_.height - frame_.bottom;
    write_y_ticks(svg);
    write_x_ticks(svg);
    svg += line_of(frame_.left, bottom, frame_.width - frame_.right, bottom, PlotColour::muted);
    svg += svg_text((frame_.left + frame_.width - frame_.right) / 2, frame_.height - gap, x_.title,
                    SvgAnchor::middle);
    svg += svg_upright_text(svg_letter_height, (frame_.top + bottom) / 2, y_.title);
    return svg;
}

std::string SvgPlot::finish(std::string_view id, std::string_view title) && {
    auto const name = escape_html(id);
    return fmt::format(
        "<svg role=\"img\" aria-labelledby=\"{0}\" viewBox=\"0 0 {1} {2}\" width=\"100%\">"
        "<title id=\"{0}\">{3}</title>{4}{5}{6}</svg>\n",
        name, frame_.width, frame_.height, escape_html(title), axes(), layers_, words_);
}

}  // namespace maniple

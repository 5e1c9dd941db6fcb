/// \file  Plots as SVG: what a page shows without its script, and on paper.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "maniple/report/plot_axis.hpp"

namespace maniple {

/// Colours of the page's themes, as CSS knows them.
enum class PlotColour : std::uint8_t {
    ink,
    muted,
    grid,
    accent,
    band,
    band_edge,
    band_strong,
    contig_1,
    contig_2,
    negative,
    positive,
    series_1,
    series_2,
    series_3,
    series_4,
    series_5,
    series_6,
    series_7,
    series_8,
};

/// "var(--series-1)".
std::string css_of(PlotColour colour);

/// The colour of series 0, 1, 2, ...; the ninth has that of the first again.
PlotColour series_colour(std::int64_t series);

/// Size and margins [pixels at full width].
struct PlotFrame {
    double width = 1200;
    double height = 400;
    double left = 60;
    double right = 20;
    double top = 16;
    double bottom = 48;
};

enum class PlotLine : std::uint8_t { solid, dashed };

/// Layers in the order in which they are added, over axes and grid. Positions are in units of the
/// axes; what lies outside of them is drawn at their end; NaN is left out.
class SvgPlot {
public:
    /// \pre both axes have least < most
    SvgPlot(PlotFrame const& frame, PlotAxis x, PlotAxis y);

    /// Dots. Those that fall on the same half pixel are drawn once, and a column of them as one
    /// stroke: the text is as long as the picture is rich, not as there are points.
    /// \pre x.size() == y.size()
    void add_points(std::span<double const> x, std::span<double const> y, PlotColour colour,
                    double diameter = 4);
    /// \pre x.size() == y.size()
    void add_line(std::span<double const> x, std::span<double const> y, PlotColour colour,
                  PlotLine line = PlotLine::solid);
    /// Between two lines. \pre equal sizes; no NaN
    void add_band(std::span<double const> x, std::span<double const> lower,
                  std::span<double const> upper, PlotColour colour = PlotColour::band);
    /// \pre left <= right, bottom <= top
    void add_box(double left, double right, double bottom, double top, PlotColour colour);
    /// Words beside a place, where they cover no other words and stay inside; left out where there
    /// is no such place. Long ones are cut. \return were they written?
    bool add_label(double x, double y, std::string_view words);
    /// A line of the legend at the top, with a dot of that colour.
    void add_key(std::string_view words, PlotColour colour);

    /// \param id     of the element, unique in the page.
    /// \param title  what a screen reader says of the picture.
    std::string finish(std::string_view id, std::string_view title) &&;

private:
    struct Box {
        double left;
        double right;
        double top;
        double bottom;
    };

    double x_of(double value) const;  ///< [pixels]
    double y_of(double value) const;
    bool is_free(Box const& box) const;
    std::string axes() const;
    void write_x_ticks(std::string& svg) const;
    void write_y_ticks(std::string& svg) const;

    PlotFrame frame_;
    PlotAxis x_;
    PlotAxis y_;
    std::string layers_;
    std::string words_;
    std::vector<Box> taken_;
    double key_end_;
};

}  // namespace maniple

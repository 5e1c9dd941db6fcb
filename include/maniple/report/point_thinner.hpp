/// \file  Millions of points as the few that a picture shows.
#pragma once

#include <cstdint>
#include <vector>

#include "maniple/report/genome_axis.hpp"

namespace maniple {

/// Cells over a plot of -log10 p along the genome.
struct PlotGrid {
    std::int64_t columns = 1;
    std::int64_t rows = 1;
    double most_y = 1;  ///< Top of the plot: -log10 p; larger values are in the top cells.
};

struct GenomePoint {
    GenomePlace place;
    float y = 0;  ///< -log10 p.
};

/// Keeps of all points in a cell the highest, the first of equals: what a plot of dots as large as
/// a cell looks like stays as it is.
class PointThinner {
public:
    /// \pre grid.columns > 0, grid.rows > 0, grid.most_y > 0
    PointThinner(GenomeAxis const& axis, PlotGrid const& grid);

    /// \pre the place is on the axis; y >= 0
    void add(GenomePlace const& place, float y);

    /// By column of cells, then by height. So points are in the order of the axis to within a cell.
    std::vector<GenomePoint> points() const;

private:
    GenomeAxis const& axis_;
    PlotGrid grid_;
    double columns_per_base_;
    double rows_per_unit_;
    std::vector<GenomePoint> cells_;  // Column by column; y < 0: empty.
};

/// The points that a PointThinner keeps of these.
std::vector<GenomePoint> thinned(std::vector<GenomePoint> const& points, GenomeAxis const& axis,
                                 PlotGrid const& grid);

}  // namespace maniple

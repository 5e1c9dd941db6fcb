#include "maniple/report/point_thinner.hpp"

#include <algorithm>
#include <cstddef>

#include "maniple/core/contract.hpp"

namespace maniple {

PointThinner::PointThinner(GenomeAxis const& axis, PlotGrid const& grid)
    : axis_{axis},
      grid_{grid},
      columns_per_base_{static_cast<double>(grid.columns) / static_cast<double>(axis.length())},
      rows_per_unit_{static_cast<double>(grid.rows) / grid.most_y} {
    expect(grid.columns > 0 && grid.rows > 0, "a grid has cells");
    expect(grid.most_y > 0, "a plot has a height");

    cells_.resize(static_cast<std::size_t>(grid.columns * grid.rows), {.place = {}, .y = -1});
}

void PointThinner::add(GenomePlace const& place, float y) {
    expect(y >= 0, "-log10 of a probability is not negative");

    auto const cell = [](double at, std::int64_t cells) {
        return std::min(static_cast<std::int64_t>(at), cells - 1);
    };
    auto const column =
        cell(static_cast<double>(axis_.coordinate(place)) * columns_per_base_, grid_.columns);
    auto const height = std::min(static_cast<double>(y), grid_.most_y);
    auto const row = cell(height * rows_per_unit_, grid_.rows);
    auto& kept = cells_[static_cast<std::size_t>(column * grid_.rows + row)];
    if (y > kept.y) kept = {.place = place, .y = y};
}

std::vector<GenomePoint> PointThinner::points() const {
    std::vector<GenomePoint> kept;
    std::ranges::copy_if(cells_, std::back_inserter(kept),
                         [](GenomePoint const& point) { return point.y >= 0; });
    return kept;
}

std::vector<GenomePoint> thinned(std::vector<GenomePoint> const& points, GenomeAxis const& axis,
                                 PlotGrid const& grid) {
    PointThinner thinner{axis, grid};
    for (auto const& point : points) thinner.add(point.place, point.y);
    return thinner.points();
}

}  // namespace maniple

/// \file  The Manhattan plot of a trait. Private to report.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "maniple/report/genome_axis.hpp"
#include "maniple/report/write_report.hpp"
#include "reported_trait.hpp"

namespace maniple {

/// How coarse the background is: cells of a grid that has the finest by so many, a divisor of 12.
/// The finest have about 2 x 2 pixels in a plot that ends at 5e-8. In higher plots its points fall
/// closer together, and those who zoom in see more of them.
struct ManhattanCells {
    std::int64_t width = 1;

    PlotGrid grid() const;
    double pixels() const;
};

/// The figure. \param lambda  of all variants.
std::string manhattan_figure(ReportedTrait const& trait, GenomeAxis const& axis,
                             std::vector<std::string> const& contigs, double lambda,
                             ManhattanCells cells);

/// Its data. \param contigs  names, as in results.h5. \param reach  of regions to either side of
/// their lead [base pairs].
std::string manhattan_json(ReportedTrait const& trait, GenomeAxis const& axis,
                           std::vector<std::string> const& contigs, std::int64_t reach);

}  // namespace maniple

/// \file  The Manhattan plot of a trait. Private to report.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "maniple/report/genome_axis.hpp"
#include "reported_trait.hpp"

namespace maniple {

inline constexpr double manhattan_width = 1120;  ///< Of the area with points [pixels].
inline constexpr double manhattan_height = 316;

/// A grid with cells of so many pixels.
PlotGrid manhattan_grid(double cell_pixels);

/// The figure. \param lambda  of all variants. \param cell_pixels  as dots are wide.
std::string manhattan_figure(ReportedTrait const& trait, GenomeAxis const& axis,
                             std::vector<std::string> const& contigs, double lambda,
                             double cell_pixels);

/// Its data. \param contigs  names, as in results.h5.
std::string manhattan_json(ReportedTrait const& trait, GenomeAxis const& axis,
                           std::vector<std::string> const& contigs, double cell_pixels);

}  // namespace maniple

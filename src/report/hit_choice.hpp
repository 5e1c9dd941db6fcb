/// \file  Which hits a page tells all about, and which it draws. Private to report.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/report/genome_axis.hpp"
#include "maniple/report/point_thinner.hpp"
#include "reported_trait.hpp"

namespace maniple {

/// By trait, in the order of its points.hits.
using HitFlags = std::vector<std::vector<bool>>;

/// The `most` strongest hits of all traits; of equal ones those of the first trait, and there the
/// first in results.h5.
HitFlags strongest_hits(std::span<ReportedTrait const> traits, std::int64_t most);

/// Rows of a trait's hits that are `told`, and of all leads of its loci; ascending.
std::vector<std::int64_t> told_rows(ReportedTrait const& trait, std::vector<bool> const& told);

/// Sort hits of a trait: details stay with those that are in `rows`; of the others, those that are
/// `drawn` become a point each, and of what is left the highest in each cell does.
/// \param grid  of those cells. \pre trait.hits has all of `rows`, which ascend
void share_hits(ReportedTrait& trait, std::span<std::int64_t const> rows,
                std::vector<bool> const& drawn, GenomeAxis const& axis, PlotGrid const& grid);

}  // namespace maniple

/// \file  Observed against expected p-values.
#pragma once

#include <cstdint>
#include <vector>

#include "maniple/report/p_value_ranks.hpp"

namespace maniple {

/// -log10 p, largest first; parallel.
struct QqPoints {
    std::vector<double> expected;
    std::vector<double> observed;
};

/// The largest values one by one, then fewer and fewer, to the smallest. Of the rank-th smallest of
/// n p-values, (rank - 0.5) / n is expected.
QqPoints qq_points(PValueRanks const& ranks);

/// Where that many uniform p-values lie, each rank by itself with probability 0.95.
struct QqBand {
    std::vector<double> expected;
    std::vector<double> lower;
    std::vector<double> upper;
};
/// \pre count > 0
QqBand qq_band(std::int64_t count);

}  // namespace maniple

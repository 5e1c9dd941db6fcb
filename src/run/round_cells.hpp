/// \file  People in cells between round bounds.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "maniple/run/evaluation_curves.hpp"

namespace maniple {

/// People up to a bound; nothing where that may not be told. Asked of ascending bounds.
using PeopleBelow = std::function<std::optional<std::int64_t>(double bound)>;

/// A histogram on a round grid with about 25 cells from the 1st to the 99th percentile. Nothing
/// where no bound may be told, or the values have no spread.
/// \param values  of the people, in any order; not empty, no NaN.
std::optional<PeopleHistogram> make_cells(std::vector<double> values, PeopleBelow const& below);

/// The same of values that nothing else was told of: no cell has fewer than `least` people, but for
/// empty ones. \pre least >= 1
std::optional<PeopleHistogram> make_cells(std::vector<double> const& values, std::int64_t least);

}  // namespace maniple

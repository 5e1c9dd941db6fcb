/// \file  Which groups are too small to be spoken of.
#pragma once

#include <cstdint>
#include <vector>

#include "maniple/core/small_count.hpp"

namespace maniple {

/// Which groups to suppress so that no small count shows or can be worked out.
///
/// A group is suppressed where one of its counts is small. The groups add up to a total that is
/// known, so where the suppressed ones are a single group, or together still have a small count,
/// the smallest of the others is suppressed as well, until neither holds or no group is left.
/// \param groups  counts of people per group (samples, cases, controls, ...), equally many for
/// each. \param suppressed  those that are so for another reason; empty: none. \pre limit >= 1
std::vector<bool> suppress_small(std::vector<std::vector<std::int64_t>> const& groups,
                                 std::int64_t limit, std::vector<bool> suppressed = {});

}  // namespace maniple

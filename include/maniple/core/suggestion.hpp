/// \file  What somebody who mistyped a name may have meant.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace maniple {

/// Fewest letters to insert, delete, replace or swap with their neighbour to make `from` into `to`
/// (Damerau 1964, restricted).
std::int64_t edit_distance(std::string_view from, std::string_view to);

/// " (did you mean '<prefix><name>'?)" with the nearest of `names`; empty where none is near.
std::string suggest(std::string_view word, std::span<std::string const> names,
                    std::string_view prefix);

}  // namespace maniple

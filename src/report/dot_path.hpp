/// \file  Many dots as one short path. Private to report.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

namespace maniple {

/// A place on a grid of half pixels.
struct GridPlace {
    std::int32_t x;
    std::int32_t y;

    friend auto operator<=>(GridPlace const&, GridPlace const&) = default;
};

/// The `d` of a path whose strokes, with round ends, are these dots; equal places once, and places
/// of one column no further apart than `reach` as one stroke. \param reach  >= 0 [half pixels]
std::string dot_path(std::vector<GridPlace> places, std::int32_t reach);

}  // namespace maniple

/// \file  --shard: a scan's units of work shared out to runs that know nothing of each other.
#pragma once

#include <span>
#include <string>

#include "maniple/core/index.hpp"
#include "maniple/run/scan_units.hpp"

namespace maniple {

using UnitIndex = Index<struct UnitAxis>;  ///< Unit of a scan.

/// One of `count` parts of a scan.
struct Shard {
    int number = 1;  ///< From 1.
    int count = 1;

    friend bool operator==(Shard, Shard) = default;
};

/// "3/22". \throws UserError where the text is none.
Shard parse_shard(std::string const& text);
std::string to_string(Shard shard);

/// The units of a shard: a run of them, perhaps none; those of all shards are all units, in order.
/// Shards cost about the same: by the rows that they test, and by those of the blocks that they
/// read. A function of the plan alone.
/// \param blocks  of the plan. \param traits  of it. \pre units are made of these blocks, whole
Range<UnitIndex> units_of(Shard shard, ScanUnits const& units, std::span<ChosenBlock const> blocks,
                          std::int64_t traits);

}  // namespace maniple

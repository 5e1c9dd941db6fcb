/// \file  Which samples have no genotype.
#pragma once

#include <cstdint>
#include <span>

#include "maniple/core/index.hpp"

namespace maniple {

/// List the samples of a mask whose genotype is missing, ascending, at the start of `room`.
///
/// \param row   one variant of a PackedView.
/// \param mask  words of a SampleMask of the same samples.
/// \param room  what follows the samples listed is overwritten at will.
/// \return how many they are.
/// \pre   mask.size() == row.size(), a multiple of eight as in a packed row
/// \pre   room.size() >= 32 * row.size()
/// Re-entrant.
std::int64_t find_missing(std::span<std::uint64_t const> row, std::span<std::uint64_t const> mask,
                          std::span<SampleIndex> room);

}  // namespace maniple

/// \file  Checksums that tell plans apart. Private to this module.
#pragma once

#include <cstdint>
#include <vector>

#include "maniple/run/variant_choice.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

/// Of all genotypes and whose they are.
std::uint64_t checksum_of(CohortIndex const& index);

/// Of which variants are chosen.
std::uint64_t checksum_of(std::vector<ChosenBlock> const& blocks);

}  // namespace maniple

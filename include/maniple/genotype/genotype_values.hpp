/// \file  Real numbers in place of genotypes, added up per sample.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "maniple/core/index.hpp"
#include "maniple/genotype/packed_block.hpp"

namespace maniple {

/// What the genotypes 0, 1, 2 and missing of one variant count.
using GenotypeValues = std::array<double, 4>;

/// sums[s] += values[i][genotype(rows[i], s)] for i = 0, 1, ..., one rounded addition each, in this
/// order: equal bits on every instruction set.
///
/// \param values  one per row.
/// \param sums    one per sample.
/// \pre   values.size() == rows.size() and sums.size() == genotypes.samples()
/// \pre   rows are variants of the block
/// Re-entrant.
void add_genotype_values(PackedView genotypes, std::span<LocalVariantIndex const> rows,
                         std::span<GenotypeValues const> values, std::span<double> sums);

}  // namespace maniple

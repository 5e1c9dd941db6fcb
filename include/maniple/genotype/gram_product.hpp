/// \file  Genotypes times genotypes, summed over samples: exactly.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/index.hpp"
#include "maniple/core/matrix_view.hpp"
#include "maniple/genotype/packed_block.hpp"

namespace maniple {

/// Memory that one thread needs for Gram sums; reused from block to block.
class GramWorkspace {
public:
    GramWorkspace();

    static std::int64_t bytes();

private:
    friend class GramProduct;

    AlignedBuffer<std::uint8_t> tiles_;  // decoded genotypes
    AlignedBuffer<std::int8_t> panels_;  // genotypes as digits
    AlignedBuffer<std::int32_t> sums_;   // panels x variants x 16
};

/// Most samples of a Gram sum: their squares fit 32 bits.
inline constexpr std::int64_t most_gram_samples = (std::int64_t{1} << 29) - 1;

/// Variants that lack the genotype of any sample, ascending.
std::vector<LocalVariantIndex> find_incomplete(PackedView genotypes);

/// Those variants' genotypes, 1 where missing and 0 elsewhere: rows.size() x samples.
/// The view shows the first words of `room`.
/// \param rows  rows of `genotypes`.
/// \pre   room.size() >= rows.size() * genotypes.words_per_row()
PackedView mark_missing(PackedView genotypes, std::span<LocalVariantIndex const> rows,
                        std::span<std::uint64_t> room);

/// sums(i, j) = sum over samples of genotype(i, s) * genotype(j, s) for j <= i; a missing genotype
/// counts 0.
///
/// \param sums  variants x variants; what is above the diagonal is left as it is.
/// \pre   sums is genotypes.variants() x genotypes.variants()
/// \pre   genotypes.samples() <= most_gram_samples
/// Equal integers on every instruction set. Serial; threads use workspaces of their own.
void multiply_by_transpose(PackedView genotypes, GramWorkspace& workspace,
                           MatrixView<std::int32_t> sums);

/// sums(i, j) = sum over samples of left(i, s) * right(j, s), likewise for all i and j.
/// \pre   left and right have the same samples; sums is left.variants() x right.variants()
/// \pre   left.samples() <= most_gram_samples
void multiply_by_transpose(PackedView left, PackedView right, GramWorkspace& workspace,
                           MatrixView<std::int32_t> sums);

}  // namespace maniple

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
    AlignedBuffer<std::uint64_t> marks_;
    std::vector<std::uint8_t const*> rows_;
};

/// Most samples of a Gram sum: their squares fit 32 bits.
inline constexpr std::int64_t most_gram_samples = (std::int64_t{1} << 29) - 1;

/// Variants that lack the genotype of any sample, ascending.
std::vector<LocalVariantIndex> find_incomplete(PackedView genotypes);

/// gram(i, j) = sum over samples of genotype(i, s) * genotype(j, s) for j <= i; a missing genotype
/// counts 0.
///
/// \param gram  variants x variants; what is above the diagonal is left as it is.
/// \pre   gram is genotypes.variants() x genotypes.variants()
/// \pre   genotypes.samples() <= most_gram_samples
/// Equal integers on every instruction set. Serial; threads use workspaces of their own.
void multiply_by_transpose(PackedView genotypes, GramWorkspace& workspace,
                           MatrixView<std::int32_t> gram);

/// Sums over the samples whose genotype is missing: with the variants of `incomplete`,
/// crossed(i, k) = sum of genotype(i, s) over the samples that incomplete[k] lacks, and
/// both(k, l) = samples that incomplete[k] and incomplete[l] both lack, for l <= k.
///
/// \param incomplete  rows of `genotypes`.
/// \param crossed     variants x incomplete.
/// \param both        incomplete x incomplete; what is above the diagonal is left as it is.
/// \pre   the extents agree; genotypes.samples() <= most_gram_samples
/// As multiply_by_transpose.
void multiply_missing(PackedView genotypes, std::span<LocalVariantIndex const> incomplete,
                      GramWorkspace& workspace, MatrixView<std::int32_t> crossed,
                      MatrixView<std::int32_t> both);

}  // namespace maniple

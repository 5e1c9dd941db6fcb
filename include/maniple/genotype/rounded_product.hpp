/// \file  Genotypes times columns of reals that are used once.
#pragma once

#include <cstdint>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/matrix_view.hpp"
#include "maniple/genotype/packed_block.hpp"

namespace maniple {

/// Memory that one thread needs for such products; reused.
class RoundedWorkspace {
private:
    friend class RoundedProduct;

    AlignedBuffer<std::uint8_t> tiles_;
    AlignedBuffer<std::int8_t> digits_;
    AlignedBuffer<std::int32_t> sums_;
    std::vector<double> units_;
};

/// Most samples of such a product.
inline constexpr std::int64_t most_rounded_samples = std::int64_t{1} << 22;

/// sums(v, c) = sum over samples of genotype(v, s) * columns(s, c), where a missing genotype counts
/// 0 and each column is rounded to 24 bits of its largest magnitude.
///
/// The sums of what was rounded are exact. Made for few columns, which are used once: they are
/// rounded on the way, and nothing else is made of them.
/// \param columns  samples x columns; finite.
/// \param sums     variants x columns, overwritten.
/// \pre   the extents agree; genotypes.samples() <= most_rounded_samples
/// Equal bits on every instruction set. Serial; threads use workspaces of their own.
void multiply_rounded(PackedView genotypes, MatrixView<double const> columns,
                      RoundedWorkspace& workspace, MatrixView<double> sums);

}  // namespace maniple

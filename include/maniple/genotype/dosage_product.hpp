/// \file  Genotypes times dense columns, exactly.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/core/aligned_buffer.hpp"
#include "maniple/core/matrix_view.hpp"
#include "maniple/genotype/packed_block.hpp"
#include "maniple/linalg/fixed_point.hpp"

namespace maniple {

/// Memory that one thread needs for products; reused from block to block.
class ProductWorkspace {
public:
    /// Products of this workspace have at most `digit_columns` digit columns.
    explicit ProductWorkspace(std::int64_t digit_columns);

    static constexpr std::int64_t tile_variants = 256;
    static constexpr std::int64_t tile_samples = 4096;  ///< A tile of bytes fits the L2 cache.

    static std::int64_t bytes(std::int64_t digit_columns);

private:
    friend void multiply_genotypes(PackedView, FixedPointMatrix const&, ProductWorkspace&,
                                   MatrixView<std::int64_t>);
    AlignedBuffer<std::uint8_t> dosages_;
    AlignedBuffer<std::int32_t> partial_;
    AlignedBuffer<std::int64_t> digit_sums_;
};

/// sums(v, c) = sum over samples of genotype(v, s) * integer(s, c); a missing genotype counts 0.
///
/// \param sums  variants x columns, overwritten.
/// \pre   columns.samples() == genotypes.samples()
/// \pre   sums is genotypes.variants() x columns.columns()
/// Serial; threads use workspaces of their own.
void multiply_genotypes(PackedView genotypes, FixedPointMatrix const& columns,
                        ProductWorkspace& workspace, MatrixView<std::int64_t> sums);

}  // namespace maniple

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
    /// Products of this workspace have at most `columns` columns.
    explicit ProductWorkspace(std::int64_t columns);

    static std::int64_t bytes(std::int64_t columns);

    bool has_room(std::int64_t columns) const;

private:
    friend class DenseProduct;
    friend class SparseProduct;

    AlignedBuffer<std::uint8_t> tiles_;         // decoded genotypes
    AlignedBuffer<std::int32_t> partial_;       // panels x variants x 16 digits
    AlignedBuffer<std::int64_t> carrier_sums_;  // some variants x columns
    AlignedBuffer<std::uint64_t> reference_;    // a row with REF alleles counted
    std::vector<std::int32_t> carriers_;
    std::vector<std::uint8_t const*> rows_;
    std::vector<std::int64_t> dense_;  // variants
};

/// sums(c, v) = sum over samples of genotype(v, s) * integer(s, c); a missing genotype counts 0.
///
/// Variants with few carriers of either allele add these samples' integers, others multiply by
/// digits; both give the same integers, on every instruction set. \param sums  columns x variants,
/// overwritten. \pre   columns.samples() == genotypes.samples() \pre   sums is columns.columns() x
/// genotypes.variants() \pre   the workspace has room for the columns Serial; threads use
/// workspaces of their own.
void multiply_genotypes(PackedView genotypes, FixedPointMatrix const& columns,
                        ProductWorkspace& workspace, MatrixView<std::int64_t> sums);

}  // namespace maniple

// Exact sums over samples of the genotypes of one block, and of their products.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "maniple/genotype/dosage_product.hpp"
#include "maniple/genotype/gram_product.hpp"

namespace maniple {

// Memory that one thread needs to sum; reused.
struct SumWorkspace {
    explicit SumWorkspace(std::int64_t columns) : products{columns} {}

    GramWorkspace gram;
    ProductWorkspace products;
    AlignedBuffer<std::uint64_t> marks;
};

// Over some samples, of variants (missing genotypes count 0), of the indicators of missing
// genotypes of the incomplete variants, and of columns in fixed point. Sums over samples apart add
// up to those over all.
class BlockSums {
public:
    // \pre columns.samples() == genotypes.samples()
    void assign(PackedView genotypes, std::span<LocalVariantIndex const> incomplete,
                FixedPointMatrix const& columns, SumWorkspace& workspace);

    // \pre the other has the same variants and columns
    void add(BlockSums const& other);
    void subtract(BlockSums const& other);

    std::int64_t variants() const { return std::ssize(alleles); }
    std::int64_t incomplete() const { return incomplete_; }

    std::int32_t gram(std::int64_t i, std::int64_t j) const {  // j <= i
        return gram_[static_cast<std::size_t>(i * variants() + j)];
    }
    std::int32_t const* gram_row(std::int64_t i) const { return gram_.data() + i * variants(); }
    // Of each variant's genotypes over the samples that an incomplete one lacks.
    MatrixView<std::int32_t const> crossed() const {
        return {crossed_.data(), variants(), incomplete_};
    }
    // Samples that two lack, on and below the diagonal.
    MatrixView<std::int32_t const> both() const { return {both_.data(), incomplete_, incomplete_}; }
    std::int64_t product(std::int64_t column, std::int64_t variant) const {
        return products_[static_cast<std::size_t>(column * variants() + variant)];
    }
    std::int64_t missing_product(std::int64_t column, std::int64_t slot) const {
        return missing_products_[static_cast<std::size_t>(column * incomplete_ + slot)];
    }

    std::int64_t samples = 0;
    std::vector<std::int64_t> alleles;  // One per variant.
    std::vector<std::int64_t> missing;  // Likewise.
    std::vector<std::int64_t> totals;   // Of the columns.

private:
    std::int64_t incomplete_ = 0;
    std::vector<std::int32_t> gram_;
    std::vector<std::int32_t> crossed_;
    std::vector<std::int32_t> both_;
    std::vector<std::int64_t> products_;          // columns x variants
    std::vector<std::int64_t> missing_products_;  // columns x incomplete
};

}  // namespace maniple

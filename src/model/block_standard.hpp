// Standardised genotypes of one block, by way of exact sums over samples.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "block_sums.hpp"
#include "maniple/core/matrix_view.hpp"

namespace maniple {

// A standardised genotype is (g - mean - q'projection) * inverse_sd, where g counts ALT alleles
// (the mean where missing) and q is the sample's row of the basis.
class BlockStandard {
public:
    // From the sums over the base, whose columns start with the basis.
    // units: of an integer, one per column.
    BlockStandard(BlockSums const& base, std::span<LocalVariantIndex const> incomplete,
                  std::span<double const> units, std::int64_t rank);

    std::int64_t variants() const { return std::ssize(mean_); }
    std::int64_t dropped() const { return dropped_; }
    std::span<LocalVariantIndex const> incomplete() const { return incomplete_; }
    std::span<double const> mean() const { return mean_; }
    std::span<double const> inverse_sd() const { return inverse_sd_; }  // 0 where dropped.
    MatrixView<double const> projection() const {                       // variants x rank
        return {projection_.data(), variants(), rank_};
    }

    // The projection and, in the last column, the mean: variants x (rank + 1).
    std::vector<double> offsets() const;

    // Sums of products of standardised genotypes over the samples of `sums`, on and below the
    // diagonal; above it are numbers of no use.
    // basis_gram: rank x rank, over the same samples.
    void assemble_gram(BlockSums const& sums, std::span<double const> basis_gram,
                       MatrixView<double> gram) const;

    // Sums of standardised genotypes times the columns after the basis: variants x columns.
    // basis_columns: rank x columns, over the same samples.
    void assemble_products(BlockSums const& sums, std::span<double const> basis_columns,
                           MatrixView<double> products) const;

private:
    // Sums of column c times g - mean.
    double centred_product(BlockSums const& sums, std::int64_t c, std::int64_t variant) const;
    void centre_gram(BlockSums const& sums, MatrixView<double> gram) const;
    void add_missing(BlockSums const& sums, MatrixView<double> gram) const;

    std::int64_t rank_;
    std::span<LocalVariantIndex const> incomplete_;
    std::span<double const> units_;
    std::vector<std::int64_t> slot_;  // Of each variant among the incomplete ones, or -1.
    std::vector<double> mean_;
    std::vector<double> inverse_sd_;
    std::vector<double> projection_;
    std::int64_t dropped_ = 0;
};

}  // namespace maniple

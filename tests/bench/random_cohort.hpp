/// \file  Genotypes and columns to measure loops on. Equal arguments give equal contents.
#pragma once

#include <cstdint>
#include <vector>

#include "maniple/genotype/packed_block.hpp"
#include "maniple/linalg/fixed_point.hpp"

namespace maniple::bench {

/// What genotypes are drawn with.
struct BlockShape {
    std::int64_t variants;
    std::int64_t samples;
    double lowest_frequency;   ///< Of ALT: frequencies are spread evenly
    double highest_frequency;  ///< from the lowest to this one.
    double missing;            ///< Share of missing genotypes.

    friend bool operator==(BlockShape const&, BlockShape const&) = default;
};

/// Common variants: frequencies from 5% to a half.
constexpr BlockShape common_variants(std::int64_t variants, std::int64_t samples,
                                     double missing = 0) {
    return {variants, samples, 0.05, 0.5, missing};
}

PackedBlock random_block(BlockShape const& shape, std::uint64_t seed = 1);

/// Draws from the standard normal distribution.
std::vector<double> normal_values(std::int64_t count, std::uint64_t seed);

/// Columns of normal draws.
FixedPointMatrix random_columns(std::int64_t samples, std::int64_t columns);

}  // namespace maniple::bench

/// \file  What writer and reader of a partition agree on. Private to store.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/genotype/variant.hpp"
#include "maniple/store/partition.hpp"

namespace maniple {

inline constexpr std::int64_t partition_version = 2;
inline constexpr char const* partition_encoding = "2bit";
inline constexpr char const* genotype_dataset = "call_genotype_2bit";
inline constexpr std::uint32_t filter_skipped = 1;  ///< Filter mask of a chunk stored as it is.

/// Datasets that have one number per block; the checksums cover everything else.
struct BlockTable {
    std::vector<std::int64_t> start;
    std::vector<std::uint64_t> checksum;         ///< Of genotypes.
    std::vector<std::uint64_t> number_checksum;  ///< Of the variants' numbers.
    std::vector<std::uint64_t> name_checksum;    ///< Of the variants' IDs and alleles.
};

/// What cohort.h5 holds of a partition.
std::uint64_t checksum_of(PartitionFormat const& format, std::string const& contig,
                          BlockTable const& blocks);

/// Of variant_position, variant_missing and variant_alternate_count of one block.
std::uint64_t checksum_of(VariantNumbers const& numbers);
/// Of variant_id and variant_allele of one block.
std::uint64_t checksum_of(std::span<Variant const> variants);

}  // namespace maniple

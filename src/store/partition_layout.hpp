/// \file  What writer and reader of a partition agree on. Private to store.
#pragma once

#include <cstdint>
#include <vector>

#include "maniple/core/checksum.hpp"
#include "maniple/store/partition.hpp"

namespace maniple {

inline constexpr std::int64_t partition_version = 1;
inline constexpr char const* partition_encoding = "2bit";
inline constexpr char const* genotype_dataset = "call_genotype_2bit";
inline constexpr std::uint32_t deflate_skipped = 1;  ///< Filter mask of a chunk stored as it is.

/// Datasets that have one number per variant or block.
struct PartitionCounts {
    std::vector<std::int32_t> missing;
    std::vector<std::int32_t> alternate_count;
    std::vector<std::int64_t> block_start;
    std::vector<std::uint64_t> block_checksum;
};

/// First part of a partition's checksum; the variant table is the second.
void add_to(Checksum& sum, PartitionFormat const& format, PartitionCounts const& counts);

}  // namespace maniple

/// \file  What sources deliver, cut into the blocks of partitions; private to run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/store/variant_block.hpp"

namespace maniple {

/// Where a partition begins in the sources: all that an assembler knows there of what came before.
struct PartitionStart {
    std::size_t source = 0;
    SourcePlace place;                 ///< In it.
    std::vector<std::string> contigs;  ///< Of the variants before this place, in order.
    std::int32_t last_position = 0;    ///< Of them.
    std::string unsorted_contig;       ///< The first of which positions decrease.
};

/// A block as it goes into a partition.
struct PlacedBlock {
    std::optional<PartitionStart> starts;  ///< A partition; nothing: it continues one.
    VariantBlock block;
};

/// Reads sources to their ends. Every block has `block_variants` rows, except the last of a
/// partition.
class BlockAssembler {
public:
    /// \param from  where to begin. \pre  sources is not empty; block_variants > 0. The log
    /// receives each source's remarks. \throws UserError where a source has no such place.
    BlockAssembler(std::vector<GenotypeSource*> const& sources, std::int64_t block_variants,
                   PartitionStart from, Log& log);

    /// The next block, nothing at the end.
    /// \throws UserError when a contig comes back within a source, or a source has no variants.
    std::optional<PlacedBlock> next();

    /// Memory of a block that is written, for the source that is read now.
    void recycle(PackedBlock&& genotypes);

private:
    std::optional<VariantBlock> pull(std::int64_t max_variants);
    std::optional<VariantBlock> take_first();
    void complete(VariantBlock& block);
    void check_positions(VariantBlock const& block);
    void enter_contig(std::string const& contig);
    void leave_source();
    std::string contig() const;

    std::vector<GenotypeSource*> sources_;
    std::int64_t block_variants_;
    std::int64_t rows_per_partition_;
    Log& log_;

    PartitionStart now_;  // Before what was pulled last, and behind all blocks that were given.
    std::optional<VariantBlock> carried_;  // First rows of the next contig.
    bool source_ended_ = false;
    std::int64_t partition_rows_ = 0;
};

}  // namespace maniple

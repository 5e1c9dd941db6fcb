/// \file  What sources deliver, cut into the blocks of partitions; private to run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/store/variant_block.hpp"

namespace maniple {

enum class Placement { starts_partition, continues_partition };

/// A block as it goes into a partition.
struct PlacedBlock {
    Placement placement;
    VariantBlock block;
};

/// Reads sources to their ends. Every block has `block_variants` rows, except the last of a
/// partition.
class BlockAssembler {
public:
    /// \pre  sources is not empty; block_variants > 0. The log receives each source's remarks.
    BlockAssembler(std::vector<GenotypeSource*> const& sources, std::int64_t block_variants,
                   Log& log);

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

    std::vector<GenotypeSource*> sources_;
    std::int64_t block_variants_;
    std::int64_t rows_per_partition_;
    Log& log_;

    std::size_t source_ = 0;
    std::optional<VariantBlock> carried_;  // First rows of the next contig.
    bool source_ended_ = false;
    std::int64_t source_variants_ = 0;
    std::unordered_set<std::string> contigs_;  // Of the current source.
    std::string contig_;
    std::int64_t partition_rows_ = 0;
    std::int32_t last_position_ = 0;
    std::string unsorted_contig_;  // First one whose positions decrease.
};

}  // namespace maniple

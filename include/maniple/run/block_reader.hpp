/// \file  Blocks of a store, one after the other, with the partition's files opened as needed.
#pragma once

#include <cstdint>
#include <map>
#include <span>

#include "maniple/genotype/packed_block.hpp"
#include "maniple/run/variant_choice.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

/// Keeps the partitions in use open; one thread of a process calls it.
class BlockReader {
public:
    explicit BlockReader(Cohort const& cohort) : cohort_{cohort} {}

    /// The block's chunks, for `decode_block`. \throws CorruptInput.
    void read(ChosenBlock const& block, RawBlock& raw);

    /// Names of the block's chosen variants, in order, read now. \throws CorruptInput.
    std::vector<Variant> variants(ChosenBlock const& block);

    /// Bytes of the longest names in a partition; reads none.
    NameWidths name_widths(std::size_t partition);

    /// Close the partitions before this one: blocks come in the store's order.
    void forget_before(std::size_t partition);

private:
    PartitionReader& open(std::size_t partition);

    Cohort const& cohort_;
    std::map<std::size_t, PartitionReader> readers_;
};

}  // namespace maniple

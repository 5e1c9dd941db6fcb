#include "maniple/run/block_reader.hpp"

#include <utility>

namespace maniple {

PartitionReader& BlockReader::open(std::size_t partition) {
    auto found = readers_.find(partition);
    if (found == readers_.end()) {
        found = readers_.emplace(partition, cohort_.open_partition(partition)).first;
    }
    return found->second;
}

void BlockReader::read(ChosenBlock const& block, RawBlock& raw) {
    open(block.partition).read_block(block.block, raw);
}

std::vector<Variant> BlockReader::variants(ChosenBlock const& block) {
    auto all = open(block.partition).read_variants(block.block);
    if (block.every_row) return all;
    std::vector<Variant> chosen;
    chosen.reserve(block.rows.size());
    for (auto row : block.rows) chosen.push_back(std::move(all[static_cast<std::size_t>(row)]));
    return chosen;
}

NameWidths BlockReader::name_widths(std::size_t partition) { return open(partition).name_widths(); }

void BlockReader::forget_before(std::size_t partition) {
    readers_.erase(readers_.begin(), readers_.lower_bound(partition));
}

}  // namespace maniple

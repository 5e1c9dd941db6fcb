#include "maniple/run/block_reader.hpp"

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
    auto const& all = open(block.partition).variants();
    auto const first = all.begin() + block.first_row;
    if (block.every_row) return {first, first + block.block_rows};
    std::vector<Variant> chosen;
    chosen.reserve(block.rows.size());
    for (auto row : block.rows) chosen.push_back(first[row]);
    return chosen;
}

void BlockReader::forget_before(std::size_t partition) {
    readers_.erase(readers_.begin(), readers_.lower_bound(partition));
}

}  // namespace maniple

#include "plan_checksums.hpp"

#include <span>

#include "maniple/core/checksum.hpp"

namespace maniple {

std::uint64_t checksum_of(CohortIndex const& index) {
    Checksum sum;
    sum.add_values(std::span{&index.fingerprint, 1});
    for (auto const& partition : index.partitions) {
        sum.add(partition.file);
        sum.add_values(std::span{&partition.checksum, 1});
    }
    return sum.value();
}

std::uint64_t checksum_of(std::vector<ChosenBlock> const& blocks) {
    Checksum sum;
    for (auto const& block : blocks) {
        std::int64_t const place[]{static_cast<std::int64_t>(block.partition), block.block,
                                   block.size()};
        sum.add_values(std::span<std::int64_t const>{place});
        sum.add_values(std::span{block.rows});
    }
    return sum.value();
}

}  // namespace maniple

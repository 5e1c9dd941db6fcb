// Traits by the samples that have them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "maniple/core/checksum.hpp"
#include "maniple/genotype/sample_mask.hpp"

namespace maniple {

/// The traits whose samples are those of one mask, by position in the input.
struct TraitGroup {
    SampleMask mask;
    std::vector<std::size_t> members;
};

/// Groups in the order of their first trait.
class TraitGroups {
public:
    void add(std::size_t trait, SampleMask mask) {
        auto& same_key = by_key_[checksum(std::as_bytes(mask.words()))];
        for (auto const g : same_key) {
            if (groups_[g].mask == mask) {
                groups_[g].members.push_back(trait);
                return;
            }
        }
        same_key.push_back(groups_.size());
        groups_.push_back({.mask = std::move(mask), .members = {trait}});
    }
    std::vector<TraitGroup> take() { return std::move(groups_); }

private:
    std::vector<TraitGroup> groups_;
    std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_key_;
};

}  // namespace maniple

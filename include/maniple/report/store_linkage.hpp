/// \file  Linkage disequilibrium around lead variants, from the genotypes of a store.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "maniple/genotype/linkage.hpp"
#include "maniple/genotype/variant.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

/// r^2 of variants to a lead, among all samples of a store that have both genotypes (pairwise
/// complete). Reads the blocks around the lead alone, and keeps a few of them.
/// One thread of a process may use it.
class StoreLinkage {
public:
    /// \param most_bytes  of genotypes that are read in all; then there is no more linkage.
    explicit StoreLinkage(Cohort cohort, std::int64_t most_bytes = std::int64_t{64} << 30);

    /// r^2 of each of `others` to the lead, on the same contig; NaN where the store does not have
    /// one of them, has several that are equal (ID, position and alleles), or it does not vary.
    /// Nothing where the store does not have the lead, or has several, or enough was read.
    /// \throws CorruptInput, EnvironmentError.
    std::vector<double> r_squared(std::string const& contig, Variant const& lead,
                                  std::span<Variant const> others);

    /// Keep so many of the bytes for later; 0: none any more. \pre bytes >= 0
    void reserve(std::int64_t bytes);

    bool is_spent() const { return bytes_read_ + reserved_ >= most_bytes_; }

private:
    /// One block of a partition, and where its variants are.
    struct BlockPlace {
        std::size_t partition;
        std::int64_t block;
        std::int32_t first;  ///< Lowest position.
        std::int32_t last;   ///< Highest.
    };
    struct LoadedBlock {
        BlockPlace place;
        std::vector<Variant> variants;
        RawBlock genotypes;
    };

    std::vector<BlockPlace> const& blocks_of(std::string const& contig);
    PartitionReader& open(std::size_t partition);
    LoadedBlock& load(BlockPlace const& place);
    std::optional<LinkageLead> find_lead(std::vector<BlockPlace> const& blocks,
                                         Variant const& lead);

    Cohort cohort_;
    std::int64_t most_bytes_;
    std::int64_t bytes_read_ = 0;
    std::int64_t reserved_ = 0;
    std::map<std::string, std::vector<BlockPlace>> blocks_;  // By contig.
    std::map<std::size_t, PartitionReader> readers_;
    std::list<LoadedBlock> loaded_;  // The last used first.
};

}  // namespace maniple

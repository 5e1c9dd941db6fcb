/// \file  Which variants a run is about, before any genotype is read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/genotype/variant.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

/// What people call the options that choose variants.
struct VariantOptionNames {
    std::string extract = "--extract";
    std::string exclude = "--exclude";
    std::string chromosomes = "--chr";
};

struct VariantFiles {
    std::filesystem::path extract;         ///< Variant IDs to keep; empty: all.
    std::filesystem::path exclude;         ///< Variant IDs to leave out; empty: none.
    std::vector<std::string> chromosomes;  ///< Contigs and ranges such as "1-5", "X"; empty: all.
    VariantOptionNames names = {};         ///< For messages.
};

/// One block of the store and the rows of it that a run is about.
struct ChosenBlock {
    std::size_t partition = 0;   ///< In CohortIndex::partitions.
    std::int64_t block = 0;      ///< Of the partition.
    std::int64_t first_row = 0;  ///< In the partition.
    std::int64_t block_rows = 0;
    bool every_row = true;
    std::vector<std::int32_t> rows;  ///< In the block, ascending, when not every one.

    std::int64_t size() const { return every_row ? block_rows : std::ssize(rows); }
};

/// Blocks that hold chosen variants, in the store's order. Variant tables are read only where IDs
/// matter.
/// \throws UserError when a chromosome is not in the store, a file cannot be read, or nothing is
/// left.
std::vector<ChosenBlock> choose_variants(Cohort const& cohort, VariantFiles const& files, Log& log);

}  // namespace maniple

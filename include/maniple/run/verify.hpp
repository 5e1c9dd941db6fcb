/// \file  `maniple verify`: check every checksum of a store.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace maniple {

/// What a check of a whole store found.
struct VerifyReport {
    std::vector<std::string> problems;  ///< One message each, in the order of the store.
    std::vector<std::string> notes;     ///< Files that are no part of the store.
    std::int64_t partitions = 0;        ///< Checked, good or not.
    std::int64_t blocks = 0;            ///< Checked, good or not.
    std::int64_t tables = 0;            ///< Checked, good or not.
    std::int64_t models = 0;            ///< Checked, good or not.
    std::int64_t genotype_bytes = 0;    ///< Decoded, at two bits a genotype.
    double seconds = 0;

    /// One line with counts and rate.
    std::string summary() const;
};

/// Read every partition, block, table and model, and go on where one is damaged.
/// \param threads  that inflate and check; one at a time reads.
/// \pre   threads > 0
/// \throws UserError when `store` is none, EnvironmentError; damage is in the report instead.
VerifyReport verify_store(std::filesystem::path const& store, int threads);

}  // namespace maniple

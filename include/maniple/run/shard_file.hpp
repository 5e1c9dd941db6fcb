/// \file  shard.done: what a finished shard of a scan says of itself and of the scan.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "maniple/run/kept_state.hpp"
#include "maniple/run/scan_output.hpp"
#include "maniple/run/scan_report.hpp"
#include "maniple/run/shard.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

/// Everything that a merge needs beside numbers and names.
struct ShardFile {
    Shard shard;
    PlanFacts facts;                   ///< Of the whole scan.
    Range<GlobalVariantIndex> rows;    ///< Of its results.
    KeptShard kept;                    ///< What is in the folder `shard`.
    ResultHeader header;               ///< Of its results.
    std::vector<TraitSummary> traits;  ///< But for what is counted of results.
    RunSubject subject;                ///< Of the whole scan.
    RunRecord record;                  ///< Of this shard.
};

constexpr char const* shard_file_name = "shard.done";
constexpr char const* shard_folder_name = "shard";

/// \param file  where it is to be written, in one step. \throws EnvironmentError.
void write_shard_file(std::filesystem::path const& file, ShardFile const& shard);

/// \throws CorruptInput; EnvironmentError.
ShardFile read_shard_file(std::filesystem::path const& file);

}  // namespace maniple

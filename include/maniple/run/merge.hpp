/// \file  maniple merge: the shards of a scan to the files of the whole one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "maniple/core/log.hpp"

namespace maniple {

struct MergeRequest {
    std::vector<std::filesystem::path> shards;  ///< Folders of `scan --shard`, in any order.
    std::filesystem::path run;                  ///< Folder of results; may hold the shards.
    std::optional<std::int64_t> memory;         ///< [bytes]; nothing: what there is.
};

/// Leave results.h5, summary.tsv, run.json and log.txt in the run's folder: the bytes of the first
/// two are those of the scan in one go. Shards stay as they are. Needs neither the store nor what
/// else was scanned.
/// \throws as find_shards; UserError where the folder holds something else, or the memory does not
/// suffice; Error with ExitCode::stopped.
void merge_shards(MergeRequest const& request, Log& log);

}  // namespace maniple

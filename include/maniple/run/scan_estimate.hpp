/// \file  What a scan will cost, for --plan.
#pragma once

#include <cstdint>

#include "maniple/run/scan_plan.hpp"

namespace maniple {

struct ScanEstimate {
    std::int64_t bytes_to_read = 0;   ///< Of genotypes, by all ranks together.
    std::int64_t bytes_per_rank = 0;  ///< Memory.
    std::int64_t result_bytes = 0;    ///< Of results.h5, before compression.
};

/// From extents alone.
ScanEstimate estimate_scan(ScanPlan const& plan);

/// Wall-clock time of the scan on `ranks` times this rank's threads, on cores like this one:
/// computes some blocks. \pre the plan has blocks
double estimate_seconds(ScanPlan const& plan, int ranks);

/// Blocks that one rank takes at a time: up to sixteen a thread, within 64 MiB of genotypes and
/// results, but one a thread at the least.
std::int64_t blocks_per_round(ScanPlan const& plan);

}  // namespace maniple

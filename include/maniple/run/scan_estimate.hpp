/// \file  What a scan will cost, for --plan.
#pragma once

#include <cstdint>

#include "maniple/run/scan_plan.hpp"

namespace maniple {

struct ScanEstimate {
    std::int64_t bytes_to_read = 0;   ///< Of genotypes, by all ranks together.
    std::int64_t bytes_per_rank = 0;  ///< Memory.
    std::int64_t result_bytes = 0;    ///< Of results.h5, before compression.
    double seconds = 0;               ///< On `ranks` x threads cores like this one.
};

/// Computes some blocks to time this machine. \pre the plan has blocks
ScanEstimate estimate_scan(ScanPlan const& plan, int ranks);

/// Blocks that one rank takes at a time: enough for every thread, within 64 MiB of genotypes.
std::int64_t blocks_per_round(ScanPlan const& plan);

}  // namespace maniple

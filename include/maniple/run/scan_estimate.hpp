/// \file  What a scan will cost, for --plan.
#pragma once

#include <cstdint>

#include "maniple/run/scan_plan.hpp"

namespace maniple {

struct ScanEstimate {
    std::int64_t bytes_to_read = 0;   ///< Of genotypes, by all ranks together.
    std::int64_t bytes_per_rank = 0;  ///< Peak memory.
    std::int64_t result_bytes = 0;    ///< Of results.h5, as compressed as it usually is.
};

/// From extents alone.
ScanEstimate estimate_scan(ScanPlan const& plan);

/// Wall-clock time of the scan on `ranks` times this rank's threads, on cores like this one:
/// computes some blocks for one batch, compresses their results, and leaves out what is written to
/// the disk. \pre the plan has blocks
double estimate_seconds(ScanPlan& plan, int ranks);

}  // namespace maniple

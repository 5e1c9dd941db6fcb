/// \file  What a scan counts of its results while it computes them.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "maniple/core/index.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/stats/inflation_counter.hpp"

namespace maniple {

/// -log10 of 5e-8, the field's threshold for a common-variant scan: from here on a variant is a
/// hit.
inline constexpr float hit_neg_log10_p = 7.30103F;

/// Lambda GC above which there are more small p-values than chance has.
inline constexpr double inflated_lambda = 1.1;

/// Per trait: variants of each status, hits (p <= 5e-8), and what lambda GC needs of p-values.
class ScanTally {
public:
    explicit ScanTally(std::int64_t traits);

    /// Count some results of one trait; spans of equal size. Threads: any may call it at any time.
    void add(TraitIndex trait, std::span<std::uint8_t const> status,
             std::span<float const> neg_log10_p);

    /// Every rank's counts, on the root; elsewhere the tally is of no use then. Collective over
    /// comm; once.
    void merge(mpi::Communicator const& comm);

    std::vector<std::int64_t> by_status(TraitIndex trait) const;  ///< Per status code.
    std::int64_t hits(TraitIndex trait) const;
    double lambda_gc(TraitIndex trait) const;  ///< NaN without tests.

    /// Memory of one trait, at the most.
    static std::int64_t bytes_per_trait();

private:
    std::span<std::int64_t const> counts(TraitIndex trait) const;

    std::vector<std::int64_t> counts_;  // Per trait: every status, then hits.
    std::vector<InflationCounter> inflation_;
    std::unique_ptr<std::mutex[]> locks_;
};

}  // namespace maniple

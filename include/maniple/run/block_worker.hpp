/// \file  What one thread of a scan keeps from block to block.
#pragma once

#include <optional>
#include <vector>

#include "maniple/model/linear_scan.hpp"
#include "maniple/run/contig_nulls.hpp"
#include "maniple/run/scan_models.hpp"
#include "maniple/run/scan_plan.hpp"
#include "maniple/run/scan_units.hpp"

namespace maniple {

class BlockWorker {
public:
    /// For `models`, which outlive it, and the like of them for other offsets.
    BlockWorker(ScanPlan const& plan, ScanModels const& models);

    /// Test one piece of a block. \param nulls  of the block's contig.
    /// \param genotypes  of the whole block. \param tests  a column for each of the piece's rows.
    void compute(ContigNulls::Lease const& nulls, ChosenBlock const& block, UnitPiece const& piece,
                 PackedView genotypes, LinearTests const& tests);

private:
    ScanPlan const& plan_;
    ScanModels const& models_;
    EventSettings event_settings_;
    LinearWorkspace work_;
    std::optional<EventWorkspace> event_work_;
    std::vector<LocalVariantIndex> rows_;
};

}  // namespace maniple

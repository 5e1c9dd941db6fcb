/// \file  What one thread of a scan keeps from block to block.
#pragma once

#include <vector>

#include "maniple/model/linear_scan.hpp"
#include "maniple/run/scan_plan.hpp"
#include "maniple/run/scan_units.hpp"

namespace maniple {

class BlockWorker {
public:
    BlockWorker(ScanPlan const& plan, LinearNull const& null);

    /// Test one piece of a block.
    /// \param genotypes  of the whole block. \param tests  a column for each of the piece's rows.
    void compute(ChosenBlock const& block, UnitPiece const& piece, PackedView genotypes,
                 LinearTests const& tests);

private:
    ScanPlan const& plan_;
    LinearNull const& null_;
    LinearWorkspace work_;
    std::vector<LocalVariantIndex> rows_;
};

}  // namespace maniple

/// \file  results.h5 of a scan, on rank zero.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "maniple/run/block_reader.hpp"
#include "maniple/run/encoded_unit.hpp"
#include "maniple/run/scan_plan.hpp"
#include "maniple/run/scan_units.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

/// Puts compressed units into results.h5. Where traits come in several batches, their columns wait
/// in a temporary file, so that results.h5 has the bytes of a scan in one batch.
class ScanOutput {
public:
    /// \param file  is created; it must not exist. \param plan  outlives this object.
    /// \throws EnvironmentError.
    ScanOutput(std::filesystem::path const& file, ScanPlan const& plan);

    /// One unit of one batch. Batches in order, units in order within.
    /// \param first  trait of the batch. \param layout  of the arrays that were encoded.
    void take(ScanUnits const& units, std::int64_t unit, BlockReader& reader,
              EncodedUnit const& encoded, UnitLayout const& layout, TraitIndex first);

    /// \pre every unit of every batch was taken
    /// \throws Error with ExitCode::stopped where this process is asked to stop.
    void finish();

private:
    void append_names(ScanUnits const& units, std::int64_t unit, BlockReader& reader);

    ScanPlan const& plan_;
    ResultWriter writer_;
    std::optional<ResultSpool> spool_;
};

}  // namespace maniple

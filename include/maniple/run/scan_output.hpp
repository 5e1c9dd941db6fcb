/// \file  What a scan has found, on rank zero: kept as it comes, then results.h5.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "maniple/core/stopwatch.hpp"
#include "maniple/run/block_reader.hpp"
#include "maniple/run/encoded_unit.hpp"
#include "maniple/run/kept_state.hpp"
#include "maniple/run/scan_plan.hpp"
#include "maniple/run/scan_tally.hpp"
#include "maniple/run/scan_units.hpp"
#include "maniple/store/name_spool.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {

/// Where a shard's numbers and names are, in the folder of its progress.
constexpr char const* kept_columns_name = "columns";
constexpr char const* kept_names_name = "names";

/// What a shard has there.
struct KeptShard {
    std::int64_t column_bytes = 0;
    NameSpoolSize names;
};

/// What results.h5 of a whole plan says besides numbers.
ResultHeader result_header(ScanPlan const& plan);

/// Keeps compressed units in a folder of the run, from which a later run of the same plan goes on,
/// and makes results.h5 of them: its bytes depend neither on batches nor on interruptions.
///
/// What is there is sealed (on the disk for certain) now and then, so that it costs little. A run
/// that dies loses what came after the last time.
class ScanOutput {
public:
    /// Finds what an interrupted run left, or begins.
    /// \param folder  of the run's progress; need not be there. \param plan  outlives this object.
    /// \param facts  that decide what is kept.
    /// \throws UserError where another plan left it, naming what differs; CorruptInput;
    /// EnvironmentError.
    ScanOutput(std::filesystem::path folder, ScanPlan const& plan, PlanFacts facts);
    ScanOutput(ScanOutput const&) = delete;
    ScanOutput& operator=(ScanOutput const&) = delete;
    /// Removes what was never sealed.
    ~ScanOutput();

    /// Of an interrupted run: batches that are complete, one that is not, and rows that it has.
    std::vector<Range<TraitIndex>> complete() const { return spool_.complete(); }
    Range<TraitIndex> begun() const { return spool_.begun(); }
    std::int64_t rows_begun() const { return spool_.rows_begun(); }
    /// Forget the incomplete batch. \throws EnvironmentError.
    void drop_begun();

    /// Count what is there of a batch. \param rows  how many it has. \throws CorruptInput.
    void count(Range<TraitIndex> batch, std::int64_t rows, ScanTally& tally) const;

    /// One unit of one batch. Batches in order, units in order within.
    /// \param first  trait of the batch. \param layout  of the arrays that were encoded.
    void take(ScanUnits const& units, std::int64_t unit, BlockReader& reader,
              EncodedUnit const& encoded, UnitLayout const& layout, TraitIndex first);

    /// Seal now. \throws EnvironmentError.
    void seal();

    /// Make results.h5. \param file  is created; it must not exist.
    /// \pre every unit of every batch is there, and the plan is of no shard
    /// \throws Error with ExitCode::stopped where this process is asked to stop; CorruptInput;
    /// EnvironmentError.
    void write_results(std::filesystem::path const& file) const;

    /// Make a shard of what is there: seal it, and write the names of its variants beside it. It
    /// stays when this object goes. \pre every unit of every batch is there; the plan is of a shard
    /// \throws as write_results.
    KeptShard finish_shard();

private:
    void remember(std::int64_t sealed);

    std::filesystem::path folder_;
    ScanPlan const& plan_;
    PlanFacts facts_;
    ResultSpool spool_;
    std::int64_t sealed_;  // Bytes of the spool.
    Stopwatch watch_;
    double next_seal_;       // By the watch.
    bool is_shard_ = false;  // Finished: nothing is removed.
};

}  // namespace maniple

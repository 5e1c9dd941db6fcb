/// \file  What a scan says about itself beside results.h5.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/log.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/kept_state.hpp"
#include "maniple/run/run_folder.hpp"
#include "maniple/run/scan_plan.hpp"
#include "maniple/run/scan_tally.hpp"
#include "maniple/run/whole_genome.hpp"

namespace maniple {

/// What predicts a trait, as far as it is known.
struct WholeGenomeSummary {
    std::optional<std::int64_t> samples;  ///< That it was fitted to.
    TraitPrediction how;
};

/// One row of summary.tsv.
struct TraitSummary {
    std::string trait;
    TraitCounts counts;
    std::string predictors;  ///< File that the trait's offsets are from; or "NA".
    std::optional<WholeGenomeSummary> whole_genome;  ///< Where there are offsets.
    double lambda_gc = 0;                            ///< NaN without tests.
    std::int64_t hits = 0;                           ///< p <= 5e-8.
    std::vector<std::int64_t> by_status;             ///< Variants per status code.
};

/// What a batch counted of one trait. \param trait  of the plan.
TraitSummary summarize(ScanPlan const& plan, std::string const& label, TraitIndex trait,
                       ScanTally const& tally, TraitIndex in_batch);

/// Tab-separated, one row a trait; cases and controls as `describe_people`; columns
/// `whole_genome_samples`, `whole_genome_heritability` and `whole_genome_r_squared` where there are
/// offsets. \throws EnvironmentError.
void write_summary(std::filesystem::path const& file, std::vector<TraitSummary> const& summaries);

/// The same of a run that made predictors alone: its first columns and the last three.
void write_summary(std::filesystem::path const& file, std::vector<PredictedTrait> const& traits);

/// Where and how a run was made: what may differ between equal results.
struct RunRecord {
    std::string started;  ///< ISO 8601, UTC.
    std::string finished;
    double seconds = 0;
    std::string mpi;                 ///< Implementation.
    std::vector<std::string> ranks;  ///< Per rank, JSON: host, threads, peak memory.
};

/// This rank's line of RunRecord::ranks.
std::string describe_rank(mpi::Communicator const& comm, int threads);

/// What a run was asked to do, and of which files: JSON objects as text.
struct RunSubject {
    std::string plan;
    std::string inputs;
};
RunSubject describe_scan(ScanPlan const& plan);
/// Of a run that made predictors alone. \pre request.whole_genome
RunSubject describe_predictor_run(ScanRequest const& request, Cohort const& cohort);

/// Versions, plan, inputs with checksums, hosts and times as JSON. \throws EnvironmentError.
void write_run_record(std::filesystem::path const& file, RunSubject const& subject,
                      RunRecord const& record);

/// Give a run's files their names, results.h5 last: a folder with it is a finished run.
/// \param results  is written. \param facts  that decided them, for the same command given again.
/// \throws EnvironmentError.
void commit_run(RunFolder const& folder, DurableFile& results,
                std::vector<TraitSummary> const& summaries, RunSubject const& subject,
                RunRecord const& record, PlanFacts const& facts);

/// Tell of the first traits what was found.
void describe_outcome(std::vector<TraitSummary> const& summaries, Log& log);

/// Now, as ISO 8601 in UTC.
std::string timestamp();

}  // namespace maniple

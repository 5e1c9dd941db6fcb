#include "maniple/run/scan_memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "maniple/core/contract.hpp"
#include "maniple/linalg/fixed_point.hpp"
#include "maniple/model/linear_scan.hpp"
#include "maniple/model/offset_binary_null.hpp"
#include "maniple/model/offset_null.hpp"
#include "maniple/run/contig_nulls.hpp"
#include "maniple/run/memory_limit.hpp"
#include "maniple/run/scan_batch.hpp"
#include "maniple/run/scan_tally.hpp"
#include "maniple/run/unit_arrays.hpp"
#include "maniple/run/unit_queue.hpp"
#include "maniple/store/result_file.hpp"

namespace maniple {
namespace {

// What libraries, the allocator and the files that are open take on top while a scan runs.
constexpr std::int64_t working_bytes = 7'000'000;

// Stack and allocator of a further thread.
constexpr std::int64_t thread_bytes = 1'500'000;

// Deflated numbers of one trait and variant, and of one pattern and variant.
constexpr std::int64_t encoded_trait_bytes = 15;
constexpr std::int64_t encoded_pattern_bytes = 4;

// Memory that this process holds now.
std::int64_t resident_bytes() {
    std::ifstream statm{"/proc/self/statm"};
    std::int64_t pages = 0;
    std::int64_t resident = 0;
    statm >> pages >> resident;
    return resident * ::sysconf(_SC_PAGESIZE);
}

std::int64_t stored_block_bytes(Cohort const& cohort) {
    std::int64_t bytes = 0;
    std::int64_t blocks = 0;
    for (auto const& partition : cohort.index().partitions) {
        bytes += partition.bytes;
        blocks += partition.blocks;
    }
    return bytes / std::max<std::int64_t>(blocks, 1);
}

std::int64_t name_bytes(Cohort const& cohort) {
    std::int64_t bytes = 0;
    for (auto const& id : cohort.samples().ids) bytes += 64 + std::ssize(id);
    return bytes;
}

}  // namespace

ScanLimits agree_on_limits(std::optional<std::int64_t> asked, int threads,
                           mpi::Communicator const& comm) {
    auto const ranks = comm.ranks_on_this_host();
    auto const mine = asked ? *asked : default_memory(ranks);
    return {.memory = -comm.max(-mine),
            .resting = comm.max(resident_bytes()),
            .threads = static_cast<int>(comm.max(threads))};
}

ScanMemory::ScanMemory(Cohort const& cohort, std::span<ChosenBlock const> blocks,
                       std::int64_t traits, MissingGenotype missing, ScanLimits limits,
                       OffsetExtent offsets, EventTraits const& events)
    : samples_{cohort.samples().size()},
      block_variants_{cohort.index().block_variants},
      threads_{limits.threads},
      missing_{missing},
      offsets_{offsets},
      events_{events},
      always_{limits.resting + working_bytes + (limits.threads - 1) * thread_bytes +
              name_bytes(cohort)} {
    std::int64_t stored_rows = 0;
    for (auto const& block : blocks) {
        rows_ += block.size();
        stored_rows += block.block_rows;
    }
    always_ += result_writing_bytes(rows_, traits);
    unit_rows_ = result_chunk_rows(rows_, traits);
    auto const pass = pass_limits(limits.threads);
    auto const units = (rows_ + unit_rows_ - 1) / unit_rows_;
    arrays_ = std::min(pass.arrays, units);
    encoded_ = std::min(UnitQueue::encoded_units, units);
    // Plain chunks are read straight into their place.
    auto const block = block_variants_ * packed_stride(samples_);
    auto const stored = stored_block_bytes(cohort);
    // Where a variant takes long a block comes in pieces, each with a buffer of its own.
    bool const is_cut = events.settings && events.settings->rule.correction == Correction::wald;
    auto const most_rows = pass.buffers * block_variants_;
    auto const most_stored = is_cut ? pass.buffers : std::min(pass.buffers, std::ssize(blocks));
    buffers_ = (is_cut ? most_rows : std::min(most_rows, stored_rows)) * packed_stride(samples_);
    slices_ = std::min(pass.buffers + 1, offsets.contigs);
    if (10 * stored < 9 * block) buffers_ += most_stored * stored;
}

// Models of contigs beside that without offsets, what they are made from, and of.
std::int64_t ScanMemory::with_offsets(std::int64_t traits, std::int64_t columns,
                                      std::int64_t covariates) const {
    if (offsets_.contigs == 0) return 0;
    return ContigNulls::most_models(offsets_.contigs, static_cast<int>(threads_)) *
               OffsetNull::bytes(samples_, columns) +
           4 * samples_ * (slices_ * traits + threads_) +
           threads_ * std::max(OffsetNull::part_bytes(samples_, covariates),
                               events_.binary > 0
                                   ? OffsetBinaryNull::part_bytes(samples_, covariates)
                                   : 0);
}

// The covariates' basis and up to sixteen columns at a time are doubles before they are in fixed
// point; a few more are on their way.
std::int64_t ScanMemory::while_fitting(std::int64_t null, std::int64_t columns,
                                       std::int64_t covariates) const {
    return always_ + null + 8 * samples_ * (covariates + 7 + std::min<std::int64_t>(columns, 16));
}

std::int64_t ScanMemory::numbers(std::int64_t traits, std::int64_t patterns) const {
    return traits * std::min(ScanTally::bytes_per_trait(), 4 * rows_) +
           arrays_ * UnitArrays::bytes(traits, patterns, unit_rows_) +
           encoded_ * unit_rows_ *
               (encoded_trait_bytes * traits + encoded_pattern_bytes * patterns);
}

std::int64_t ScanMemory::event_columns(TraitModel model, std::int64_t covariates) const {
    expect(model != TraitModel::linear, "the model is one of events");

    // The residual, weights times covariates and intercept, and weights; up to three doubles a
    // sample; who is at risk when; and, as if no other trait had its samples, a pattern's
    // covariates.
    auto const column = FixedPointMatrix::bytes(samples_, 16) / 16;
    auto const at_risk = model == TraitModel::cox ? RiskSets::most_bytes(samples_, samples_) : 0;
    auto const others = (8 * 4 + 4 * (covariates + 1)) * (samples_ + 32) + at_risk;
    return covariates + 3 + (others + column - 1) / column;
}

// What fitting models of events leaves in the heap: covariates three times over, and outcomes.
std::int64_t ScanMemory::event_fitting(std::int64_t covariates) const {
    if (events_.all() == 0) return 0;
    return 8 * samples_ * (3 * (covariates + 1) + (events_.times > 0 ? 24 : 16));
}

std::int64_t ScanMemory::of_batch(ScanModels const& models) const {
    auto const& null = models.linear;
    auto const traits = models.layout.traits();
    auto const bytes = null.bytes() + (models.events ? models.events->bytes() : 0);
    auto const of_events =
        models.events ? EventWorkspace::bytes(*models.events, *events_.settings, block_variants_)
                      : 0;
    auto const columns = null.columns().columns();
    auto const more_nulls =
        models.events ? ContigNulls::most_models(offsets_.contigs, static_cast<int>(threads_)) *
                            OffsetBinaryNull::bytes(*models.events)
                      : 0;
    auto const covariates = std::ssize(null.covariates());
    return traits * offsets_.trait_bytes + event_fitting(covariates) +
           std::max(while_fitting(bytes, columns, covariates),
                    always_ + bytes + buffers_ + with_offsets(traits, columns, covariates) +
                        more_nulls +
                        threads_ *
                            (LinearWorkspace::bytes(null, missing_, block_variants_) + of_events) +
                        numbers(traits, models.layout.patterns()));
}

std::int64_t ScanMemory::of_batch(std::int64_t traits, std::int64_t patterns, std::int64_t columns,
                                  std::int64_t covariates) const {
    auto const null = FixedPointMatrix::bytes(samples_, traits + columns) +
                      8 * samples_ * covariates + 2 * (patterns + 1) * packed_stride(samples_);
    bool const lacks = patterns > 1 || columns > covariates;
    auto const per_thread = LinearWorkspace::most_bytes(
        samples_, traits + columns, covariates, traits,
        lacks ? LinearNull::most_lacking(samples_) : 0, missing_, block_variants_);
    EventExtent const extent{.samples = samples_,
                             .columns = traits + columns,
                             .traits = traits,
                             .rank = covariates + 1,
                             .events = events_.times > 0 ? samples_ : 0};
    auto const of_events =
        events_.settings ? EventWorkspace::most_bytes(extent, *events_.settings, block_variants_)
                         : 0;
    return traits * offsets_.trait_bytes + event_fitting(covariates) +
           std::max(while_fitting(null, traits + columns, covariates),
                    always_ + null + buffers_ + with_offsets(traits, traits + columns, covariates) +
                        threads_ * (per_thread + of_events) + numbers(traits, patterns));
}

}  // namespace maniple

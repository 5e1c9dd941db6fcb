#include "maniple/run/scan_estimate.hpp"

#include <omp.h>

#include <algorithm>
#include <set>

#include "maniple/core/contract.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/run/block_reader.hpp"
#include "maniple/run/block_worker.hpp"
#include "maniple/run/contig_nulls.hpp"
#include "maniple/run/encoded_unit.hpp"

namespace maniple {
namespace {

// Deflated numbers of one variant and trait, and what identifies a variant.
constexpr std::int64_t cell_bytes = 17;
constexpr std::int64_t variant_bytes = 12;

// Long enough to be measurable, short enough for --plan to feel immediate.
constexpr double timing_seconds = 0.5;

}  // namespace

double estimate_seconds(ScanPlan& plan, int ranks) {
    auto const models = plan.fit(0);
    ContigNulls nulls{models, plan.offsets(0, models), 1};
    double modelling = 0;  // Of all contigs met.
    std::set<std::size_t> contigs;
    ScanUnits const units{plan.blocks(), plan.unit_rows(), plan.piece_rows()};
    auto const traits = models.layout.traits();
    auto const patterns = models.layout.patterns();
    UnitArrays arrays{traits, patterns, plan.unit_rows()};
    ColumnGroups const groups{traits, patterns, plan.unit_rows()};
    EncodedUnit encoded{groups};
    BlockReader reader{plan.cohort()};
    BlockWorker worker{plan, models};
    RawBlock raw;
    omp_set_num_threads(1);  // The product starts no threads of its own then.
    std::int64_t variants = 0;
    double per_variant = 0;
    Stopwatch const watch;
    for (std::int64_t u = 0; u < units.count() && watch.seconds() < timing_seconds; ++u) {
        std::int64_t rows = 0;
        for (auto const& piece : units.pieces(u)) {
            auto const& block = plan.blocks()[piece.block.at()];
            reader.read(block, raw);
            auto const before = watch.seconds();
            auto const lease = nulls.lease(nulls.read(plan.contig_of(block)));
            modelling += watch.seconds() - before;
            contigs.insert(plan.contig_of(block));
            worker.compute(lease, block, piece, decode_block(raw),
                           arrays.tests(piece.unit_row, piece.rows));
            rows += piece.rows;
            if (watch.seconds() > timing_seconds) break;
        }
        for (std::int64_t g = 0; g < groups.count(); ++g) {
            encoded.encode(groups, g, arrays, rows, plan.unit_rows());
        }
        variants += rows;
        per_variant = (watch.seconds() - modelling) / static_cast<double>(variants);
    }
    // Every rank makes the models of all contigs, its threads together.
    std::set<std::size_t> all;
    for (auto const& block : plan.blocks()) all.insert(plan.contig_of(block));
    auto const modelled =
        modelling / static_cast<double>(contigs.size()) * static_cast<double>(all.size());
    auto const batches = static_cast<double>(plan.traits()) / static_cast<double>(traits);
    return (per_variant * static_cast<double>(plan.rows().size()) / ranks + modelled) * batches /
           plan.request().threads;
}

ScanEstimate estimate_scan(ScanPlan const& plan) {
    expect(!plan.blocks().empty(), "a plan has blocks");
    ScanEstimate estimate;
    auto const& partitions = plan.cohort().index().partitions;
    for (auto const& block : plan.blocks()) {
        auto const& partition = partitions[block.partition];
        estimate.bytes_to_read += partition.bytes / partition.blocks;
    }
    // Of a shard, its share.
    auto const share =
        static_cast<double>(plan.rows().size()) / static_cast<double>(plan.variants());
    estimate.bytes_to_read = static_cast<std::int64_t>(
        share * static_cast<double>(estimate.bytes_to_read * std::ssize(plan.batches())));
    estimate.result_bytes = plan.rows().size() * (cell_bytes * plan.traits() + variant_bytes);
    estimate.bytes_per_rank = plan.memory_bytes();
    return estimate;
}

}  // namespace maniple

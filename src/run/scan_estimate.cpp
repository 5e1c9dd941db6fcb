#include "maniple/run/scan_estimate.hpp"

#include <omp.h>

#include <algorithm>

#include "maniple/core/contract.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/run/block_reader.hpp"

namespace maniple {
namespace {

constexpr std::int64_t round_bytes = std::int64_t{64} << 20;

// Of one variant and trait, on its way to rank zero.
constexpr std::int64_t result_bytes = 25;

// Code, libraries and MPI buffers: what a rank holds before it reads anything.
constexpr std::int64_t resting_bytes = std::int64_t{75} << 20;

// Long enough to be measurable, short enough for --plan to feel immediate.
constexpr double timing_seconds = 0.5;

std::int64_t block_bytes(ScanPlan const& plan) {
    return plan.cohort().index().block_variants * packed_stride(plan.null().samples());
}

// The mean block as it lies in the store: what waits to be inflated.
std::int64_t stored_block_bytes(ScanPlan const& plan) {
    std::int64_t bytes = 0;
    std::int64_t blocks = 0;
    for (auto const& partition : plan.cohort().index().partitions) {
        bytes += partition.bytes;
        blocks += partition.blocks;
    }
    return bytes / std::max<std::int64_t>(blocks, 1);
}

std::int64_t memory_per_rank(ScanPlan const& plan) {
    auto const& null = plan.null();
    auto const& columns = null.columns();
    auto const traits = std::ssize(null.traits());
    auto const covariates = std::ssize(null.covariates());
    auto const block_variants = plan.cohort().index().block_variants;
    auto const threads = plan.request().threads;

    auto const dense = null.samples() * (4 * columns.columns() + columns.digit_columns() +
                                         8 * (traits + covariates));
    auto const masks = std::ssize(null.patterns()) * packed_stride(null.samples());
    std::int64_t names = 0;
    for (auto const& id : plan.cohort().samples().ids) names += 64 + std::ssize(id);
    auto const per_thread = block_bytes(plan) + LinearWorkspace::bytes(null, block_variants) +
                            block_variants * traits * static_cast<std::int64_t>(sizeof(LinearTest));
    auto const rounds = 2 * blocks_per_round(plan) * stored_block_bytes(plan);
    auto const results = 3 * blocks_per_round(plan) * block_variants * traits * result_bytes;
    return resting_bytes + dense + masks + names + threads * per_thread + rounds + results;
}

}  // namespace

double estimate_seconds(ScanPlan const& plan, int ranks) {
    BlockReader reader{plan.cohort()};
    PackedBlock genotypes{plan.cohort().index().block_variants, plan.null().samples()};
    LinearWorkspace work{plan.null(), genotypes.variants()};
    RawBlock raw;
    std::vector<LocalVariantIndex> rows;
    std::vector<LinearTest> tests;
    std::int64_t variants = 0;
    omp_set_num_threads(1);  // The product starts no threads of its own then.
    Stopwatch const watch;
    for (auto const& block : plan.blocks()) {
        reader.read(block, raw);
        decode_block(raw, genotypes);
        rows.clear();
        for (std::int64_t r = 0; r < block.size(); ++r) {
            rows.emplace_back(block.every_row ? r : block.rows[static_cast<std::size_t>(r)]);
        }
        tests.resize(rows.size() * plan.null().traits().size());
        scan_block(plan.null(), genotypes.view(), rows, plan.request().missing,
                   plan.request().filter, work, tests);
        variants += block.size();
        if (watch.seconds() > timing_seconds) break;
    }
    auto const whole =
        watch.seconds() * static_cast<double>(plan.variants()) / static_cast<double>(variants);
    return whole / (ranks * plan.request().threads);
}

std::int64_t blocks_per_round(ScanPlan const& plan) {
    auto const threads = static_cast<std::int64_t>(plan.request().threads);
    auto const traits = std::ssize(plan.null().traits());
    auto const results = plan.cohort().index().block_variants * traits * result_bytes;
    auto const fitting = round_bytes / (block_bytes(plan) + results);
    return std::clamp(fitting, threads, 16 * threads);
}

ScanEstimate estimate_scan(ScanPlan const& plan) {
    expect(!plan.blocks().empty(), "a plan has blocks");
    ScanEstimate estimate;
    auto const& partitions = plan.cohort().index().partitions;
    for (auto const& block : plan.blocks()) {
        auto const& partition = partitions[block.partition];
        estimate.bytes_to_read += partition.bytes / partition.blocks;
    }
    auto const traits = std::ssize(plan.null().traits());
    estimate.result_bytes = plan.variants() * (result_bytes * traits + 40);
    estimate.bytes_per_rank = memory_per_rank(plan);
    return estimate;
}

}  // namespace maniple

#include "whole_genome_shape.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "whole_genome_memory.hpp"

namespace maniple {

WholeGenomeShape find_shape(WholeGenomeRequest const& request, Cohort const& cohort,
                            BaseTraits const& traits, std::vector<ChosenBlock> const& chosen,
                            GenomeBlocks const& blocks, mpi::Communicator const& comm) {
    WholeGenomeShape shape{
        .cohort = cohort.samples().size(),
        .samples = std::ssize(traits.basis.samples),
        .variants = blocks.variants(),
        .blocks = std::ssize(blocks.blocks()),
        .block_variants = request.block_variants,
        .contigs = std::ssize(blocks.contigs()),
        .columns = traits.basis.basis.columns(),
        .traits = std::ssize(traits.names),
        .folds = request.folds,
        .heritabilities = std::ssize(request.heritabilities),
        .ranks = comm.size(),
        .threads = comm.max(request.threads),
        .memory = request.memory,
        .resting = request.resting,
    };
    for (auto const& block : chosen) shape.read_variants += block.size();
    if (request.use == GenomeUse::scores) shape.scored_variants = shape.read_variants;
    for (auto const& residual : traits.residuals) {
        auto const lacked = std::ranges::count_if(residual, [](double y) { return std::isnan(y); });
        if (lacked > 0) ++shape.lacking_traits;
        shape.lacked += lacked;
    }
    if (shape.lacking_traits > 0) shape.lacked /= shape.lacking_traits;
    shape.logistic_traits = std::ranges::count(traits.outcomes, Outcome::binary);
    return shape;
}

WholeGenomeMemory choose_memory(WholeGenomeShape const& shape, WholeGenomeRequest const& request,
                                Log& log) {
    std::error_code error;
    if (!request.scratch.empty() && !std::filesystem::is_directory(request.scratch, error)) {
        throw UserError{fmt::format("--scratch '{}' is no folder; make it, or name another",
                                    request.scratch.string())};
    }
    auto const memory = choose_place(shape);
    auto const needs = [&](WholeGenomeMemory const& what) {
        return fmt::format(
            "whole-genome regression: {} of {} needs about {} on each rank, of {} "
            "(--memory)",
            plural(shape.traits, "trait"), plural(shape.blocks, "block"),
            readable_bytes(what.levels()), readable_bytes(shape.memory));
    };
    if (memory.levels() > shape.memory) {
        throw UserError{
            fmt::format("{}, even with predictors in files (--scratch); give it more, "
                        "or fewer --threads, or run it on more nodes",
                        needs(memory))};
    }
    if (memory.place == PredictorPlace::memory) return memory;
    if (request.scratch.empty()) {
        throw UserError{fmt::format(
            "{}; name a folder with {} of room for each rank with --scratch, run it on more nodes, "
            "with larger --whole-genome-block, or for fewer traits at a time",
            needs(estimate_memory(shape, PredictorPlace::memory)), readable_bytes(memory.scratch))};
    }
    log.note(fmt::format("  predictors do not fit the memory: {} per rank go to files in '{}'",
                         readable_bytes(memory.scratch), request.scratch.string()));
    return memory;
}

void require_room_for_weights(WholeGenomeShape const& shape) {
    auto const needed = estimate_memory(shape, PredictorPlace::scratch).weighing;
    if (needed <= shape.memory) return;
    auto const most = most_weighed_traits(shape);
    throw UserError{fmt::format(
        "scores: weights of {} x {} need about {} on rank 0, of {} (--memory); give it more{}, or "
        "choose fewer variants (--extract, --min-maf)",
        plural(shape.traits, "trait"), plural(shape.variants, "variant"), readable_bytes(needed),
        readable_bytes(shape.memory),
        most > 0 ? fmt::format(", or fit at most {} at a time (scores are the same)",
                               plural(most, "trait"))
                 : ", or take fewer --threads")};
}

}  // namespace maniple

#include "maniple/run/whole_genome_plan.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/readable.hpp"
#include "maniple/genotype/allele_match.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/genome_blocks.hpp"
#include "maniple/run/variant_choice.hpp"
#include "participants.hpp"
#include "whole_genome_probe.hpp"
#include "whole_genome_shape.hpp"

namespace maniple {
namespace {

// Counted for a plan: genotypes that take less than a second to read from memory.
constexpr std::int64_t most_counted = 2'000'000'000;

/// Blocks spread over all, and how many times as many there are.
struct BlockSample {
    std::vector<ChosenBlock> blocks;
    double times = 1;
};

BlockSample sample_blocks(std::vector<ChosenBlock> const& chosen, std::int64_t samples) {
    std::int64_t variants = 0;
    for (auto const& block : chosen) variants += block.size();
    auto const parts = std::max<std::int64_t>(1, variants * samples / most_counted);
    BlockSample some;
    std::int64_t counted = 0;
    for (std::size_t b = 0; b < chosen.size(); b += static_cast<std::size_t>(parts)) {
        some.blocks.push_back(chosen[b]);
        counted += chosen[b].size();
    }
    some.times =
        static_cast<double>(variants) / static_cast<double>(std::max<std::int64_t>(counted, 1));
    return some;
}

std::int64_t count_contigs(Cohort const& cohort, std::vector<ChosenBlock> const& chosen) {
    std::set<std::string> contigs;
    for (auto const& block : chosen) {
        contigs.insert(canonical_contig(cohort.index().partitions[block.partition].contig));
    }
    return std::ssize(contigs);
}

// Every contig ends in a block that is not full.
std::int64_t count_blocks(std::int64_t variants, std::int64_t contigs, std::int64_t block) {
    auto const of_contig = (variants + contigs - 1) / contigs;
    return contigs * ((of_contig + block - 1) / block);
}

}  // namespace

void plan_whole_genome(WholeGenomeRequest const& request, mpi::Communicator const& comm, Log& log) {
    Participants const participants{request, comm, log};
    auto const& [cohort, traits, chosen] = participants;
    auto const some = sample_blocks(chosen, cohort->samples().size());
    SampleMask base{cohort->samples().size()};
    for (auto s : traits->basis.samples) base.insert(s);
    GenomeBlocks const blocks{*cohort, some.blocks,    request.filter, base, request.block_variants,
                              comm,    request.threads};
    auto shape = find_shape(request, *cohort, *traits, chosen, blocks, comm);
    bool const is_exact = some.blocks.size() == chosen.size();
    if (!is_exact) {
        shape.variants =
            static_cast<std::int64_t>(some.times * static_cast<double>(shape.variants));
        shape.contigs = count_contigs(*cohort, chosen);
        shape.blocks = count_blocks(shape.variants, shape.contigs, shape.block_variants);
    }
    log.note(fmt::format("whole genome: {}{} in {} of {} predict {}", is_exact ? "" : "about ",
                         plural(shape.variants, "variant"), plural(shape.blocks, "block"),
                         plural(shape.contigs, "contig"), plural(shape.traits, "trait")));
    WholeGenomeRates rates;
    std::vector<std::string> lines;
    together(comm, [&] {
        if (!comm.is_root()) return;
        rates = measure_rates(shape);
        auto const estimate = estimate_whole_genome(shape, rates);
        lines = describe_work(rates, estimate);
        for (auto& line : describe(shape, estimate)) lines.push_back(std::move(line));
    });
    for (auto const& line : lines) log.note(line);
    together(comm, [&] {
        choose_memory(shape, request, log);
        if (request.use == GenomeUse::scores) require_room_for_weights(shape);
    });
}

std::string plan_genome(GenomePlanRequest const& request) {
    auto shape = request.shape;
    shape.read_variants = std::max(shape.read_variants, shape.variants);
    shape.blocks = count_blocks(shape.variants, shape.contigs, shape.block_variants);
    auto rates = measure_rates(shape);
    rates.read = request.read;
    rates.exchange = request.exchange;
    auto text = fmt::format(
        "{} samples, {}, {}, {} threads a node; one rank a node\n\n"
        "nodes\tmemory per node\t--scratch per node\tsent by each node\ttime\n",
        grouped(shape.samples), plural(shape.variants, "variant"), plural(shape.traits, "trait"),
        shape.threads);
    std::string arithmetic = "\n";
    for (auto const& line : describe_work(rates, estimate_whole_genome(shape, rates))) {
        arithmetic += line + '\n';
    }
    for (auto nodes : request.nodes) {
        shape.ranks = nodes;
        auto const estimate = estimate_whole_genome(shape, rates);
        auto const& memory = estimate.memory;
        bool const fits = memory.peak() <= shape.memory;
        text += fmt::format(
            "{}\t{}{}\t{}\t{}\t{}\n", nodes, readable_bytes(memory.peak()),
            fits ? "" : " (too much)",
            memory.place == PredictorPlace::memory ? "none" : readable_bytes(memory.scratch),
            readable_estimate(estimate.exchanged), readable_seconds(estimate.total_seconds));
        arithmetic += fmt::format("\n{}:\n", plural(nodes, "node"));
        for (auto const& line : describe(shape, estimate)) arithmetic += line + '\n';
    }
    return text + arithmetic;
}

}  // namespace maniple

#include "maniple/run/ingest.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "block_assembler.hpp"
#include "ingest_journal.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/core/version.hpp"
#include "maniple/run/first_failure.hpp"
#include "maniple/run/large_blocks.hpp"
#include "maniple/run/progress.hpp"
#include "maniple/run/stop_request.hpp"
#include "store_target.hpp"

namespace maniple {
namespace {

/// A block between reading and writing.
struct Work {
    PlacedBlock placed;
    EncodedBlock encoded;
};

// Three batches of packed rows are alive at a time: being read, at work and being written; two of
// them encoded, where that is not the rows themselves. Together they stay well under 1 GB for
// 500,000 samples.
std::int64_t batch_blocks(std::int64_t block_bytes, int threads) {
    constexpr std::int64_t usual_bytes = std::int64_t{64} << 20;
    constexpr std::int64_t most_bytes = std::int64_t{160} << 20;
    constexpr std::int64_t most_blocks = 256;
    auto const possible = std::max<std::int64_t>(1, most_bytes / block_bytes);
    auto const least = std::min<std::int64_t>(threads, possible);
    return std::clamp(usual_bytes / block_bytes, least, std::max(least, most_blocks));
}

/// Appends encoded blocks to partitions of the target, and keeps account of those that are
/// finished.
class PartitionSequence {
public:
    PartitionSequence(StoreTarget& target, IngestJournal const& journal, IngestState& state,
                      Codec codec)
        : target_{target}, journal_{journal}, state_{state}, codec_{codec} {}

    void append(Work const& work) {
        auto const& block = work.placed.block;
        if (work.placed.starts) {
            finish(*work.placed.starts);
            writer_.emplace(target_.start_partition(block.contig, codec_));
        }
        writer_->append(block.variants, work.encoded);
    }
    /// \param next  where the one after it begins.
    void finish(PartitionStart const& next) {
        auto const source = std::exchange(state_.next, next).source;
        if (!writer_) return;
        target_.add(writer_->finish());
        writer_.reset();
        state_.partitions.push_back({target_.index().partitions.back(), source});
        if (journal_.is_of_use()) journal_.keep(state_);
    }

private:
    StoreTarget& target_;
    IngestJournal const& journal_;
    IngestState& state_;
    Codec codec_;
    std::optional<PartitionWriter> writer_;
};

std::vector<Work> read_batch(BlockAssembler& assembler, std::int64_t blocks) {
    std::vector<Work> batch;
    while (std::ssize(batch) < blocks) {
        StopRequest::check();
        auto placed = assembler.next();
        if (!placed) break;
        batch.push_back({std::move(*placed), {}});
    }
    return batch;
}

void encode(Work& work, std::int64_t rows_per_chunk, Compression compression) {
    auto const& genotypes = work.placed.block.genotypes;
    work.encoded = encode_block(genotypes.view(), rows_per_chunk, compression);
}

// While some threads encode one batch, the calling thread writes the batch before it and reads the
// one after it, then helps. It alone touches files.
void copy_blocks(BlockAssembler& assembler, StoreTarget const& target,
                 PartitionSequence& partitions, IngestOptions const& options, Progress& progress) {
    auto const format = target.index().format();
    auto const rows_per_chunk = chunk_rows(format.block_variants, format.samples);
    auto const blocks =
        batch_blocks(format.block_variants * packed_stride(format.samples), options.threads);
    std::vector<Work> finished;
    auto current = read_batch(assembler, blocks);
    while (!current.empty() || !finished.empty()) {
        std::vector<Work> following;
        FirstFailure failure;
#pragma omp parallel num_threads(options.threads) default(shared)
        {
#pragma omp master
            failure.guard([&] {
                for (auto& work : finished) {
                    StopRequest::check();
                    partitions.append(work);
                    progress.advance(work.encoded.variants);
                    assembler.recycle(std::move(work.placed.block.genotypes));
                }
                finished.clear();
                if (!current.empty()) following = read_batch(assembler, blocks);
            });
#pragma omp for schedule(dynamic, 1)
            for (std::int64_t i = 0; i < std::ssize(current); ++i) {
                failure.guard([&] {
                    encode(current[static_cast<std::size_t>(i)], rows_per_chunk,
                           options.compression);
                });
            }
        }
        failure.rethrow();
        finished = std::move(current);
        current = std::move(following);
    }
    progress.finish();
}

char const* to_string(Compression compression) {
    switch (compression) {
        case Compression::automatic:
            return "auto";
        case Compression::none:
            return "none";
        case Compression::deflate:
            return "deflate";
        case Compression::zstd:
            return "zstd";
    }
    throw ContractViolation{"a compression is one of the list", std::source_location::current()};
}

PlanFacts facts_of(CohortIndex const& index, IngestOptions const& options) {
    PlanFacts facts{{"version", std::string{program_version}},
                    {"samples of the genotypes", to_hex(index.fingerprint)},
                    {"--block-variants", fmt::format("{}", index.block_variants)},
                    {"--compression", to_string(options.compression)}};
    facts.insert(facts.end(), options.facts.begin(), options.facts.end());
    return facts;
}

void tell_kept(IngestJournal const& journal, IngestState const& state, Log& log) {
    if (!journal.is_of_use() || state.partitions.empty()) return;
    log.note(
        fmt::format("what is done is kept ({} partitions): the same command goes on from there; to "
                    "start again, remove '{}'",
                    state.partitions.size(), journal.file().string()));
}

std::int64_t variants_of(IngestState const& state) {
    std::int64_t sum = 0;
    for (auto const& partition : state.partitions) sum += partition.entry.variants;
    return sum;
}

// What an interrupted ingest of the same sources left, now part of the target.
IngestState take_up(StoreTarget& target, IngestJournal const& journal, Progress& progress,
                    Log& log) {
    auto const kept = journal.find(log);
    auto state = kept.value_or(IngestState{});
    if (kept) journal.keep(state);  // Before anything is removed.
    std::vector<PartitionEntry> entries;
    for (auto const& partition : state.partitions) entries.push_back(partition.entry);
    target.take_up(entries);
    if (entries.empty()) return state;
    auto const variants = variants_of(state);
    log.note(fmt::format(
        "an interrupted import is taken up: {} variants in {} partitions were done by then",
        variants, entries.size()));
    progress.reach(variants);
    return state;
}

// Nothing where one of the sources cannot tell before it was read.
std::optional<std::int64_t> count_variants(std::vector<GenotypeSource*> const& sources) {
    std::int64_t sum = 0;
    for (auto const* source : sources) {
        auto const variants = source->variants();
        if (!variants) return std::nullopt;
        sum += *variants;
    }
    return sum;
}

IngestSummary summarize(CohortIndex const& index, std::size_t first_partition) {
    IngestSummary summary;
    summary.samples = index.samples.size();
    std::unordered_set<std::string_view> contigs;
    for (auto i = first_partition; i < index.partitions.size(); ++i) {
        auto const& partition = index.partitions[i];
        ++summary.partitions;
        summary.variants += partition.variants;
        summary.stored_bytes += partition.bytes;
        contigs.insert(partition.contig);
    }
    summary.contigs = std::ssize(contigs);
    summary.packed_bytes = summary.variants * ((summary.samples + 3) / 4);
    return summary;
}

void warn_of_known_contigs(CohortIndex const& index, std::size_t first_partition, Log& log) {
    auto const begin = index.partitions.begin();
    auto const middle = begin + static_cast<std::ptrdiff_t>(first_partition);
    std::unordered_set<std::string> known;
    for (auto p = begin; p != middle; ++p) known.insert(p->contig);
    for (auto p = middle; p != index.partitions.end(); ++p) {
        if (known.erase(p->contig) == 0) continue;
        log.warn(
            fmt::format("contig '{}' was in the store already; variants that are in both are now "
                        "there twice",
                        p->contig));
    }
}

}  // namespace

IngestSummary ingest(std::filesystem::path const& store,
                     std::vector<GenotypeSource*> const& sources, IngestOptions const& options,
                     Log& log) {
    expect(!sources.empty(), "something is read");
    expect(options.block_variants > 0, "a block has variants");
    expect(options.threads > 0, "somebody works");

    StopRequest const stop_request;
    return_large_blocks(128 << 10);
    Stopwatch const watch;
    auto const& first = *sources.front();
    require_unique_ids(first.samples(), first.name());
    for (auto const* source : sources) {
        require_same_samples(first.samples(), first.name(), source->samples(), source->name());
    }
    StoreTarget target{store, first.samples(), options.block_variants};
    auto const first_partition = target.index().partitions.size();
    IngestJournal const journal{target.journal(), store, facts_of(target.index(), options),
                                sources};
    Progress progress{"variants", count_variants(sources), log};
    auto state = take_up(target, journal, progress, log);
    auto const taken_up = variants_of(state);
    BlockAssembler assembler{sources, target.index().block_variants, state.next, log};
    PartitionSequence partitions{target, journal, state, packed_codec(options.compression)};
    try {
        copy_blocks(assembler, target, partitions, options, progress);
        PartitionStart end;
        end.source = sources.size();
        partitions.finish(end);
    } catch (Error const&) {
        tell_kept(journal, state, log);
        throw;
    }
    warn_of_known_contigs(target.index(), first_partition, log);
    if (options.before_commit) options.before_commit(target.folder(), target.index());
    target.commit();

    auto summary = summarize(target.index(), first_partition);
    summary.taken_up = taken_up;
    summary.seconds = watch.seconds();
    return summary;
}

}  // namespace maniple

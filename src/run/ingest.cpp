#include "maniple/run/ingest.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "block_assembler.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/run/first_failure.hpp"
#include "maniple/run/large_blocks.hpp"
#include "maniple/run/progress.hpp"
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

/// Appends encoded blocks to partitions of the target.
class PartitionSequence {
public:
    PartitionSequence(StoreTarget& target, Codec codec) : target_{target}, codec_{codec} {}

    void append(Work const& work) {
        auto const& block = work.placed.block;
        if (work.placed.placement == Placement::starts_partition) {
            finish();
            writer_.emplace(target_.start_partition(block.contig, codec_));
        }
        writer_->append(block.variants, work.encoded);
    }
    void finish() {
        if (!writer_) return;
        target_.add(writer_->finish());
        writer_.reset();
    }

private:
    StoreTarget& target_;
    Codec codec_;
    std::optional<PartitionWriter> writer_;
};

std::vector<Work> read_batch(BlockAssembler& assembler, std::int64_t blocks) {
    std::vector<Work> batch;
    while (std::ssize(batch) < blocks) {
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
void copy_blocks(BlockAssembler& assembler, StoreTarget& target, IngestOptions const& options,
                 Progress& progress) {
    auto const format = target.index().format();
    auto const rows_per_chunk = chunk_rows(format.block_variants, format.samples);
    auto const blocks =
        batch_blocks(format.block_variants * packed_stride(format.samples), options.threads);
    PartitionSequence partitions{target, packed_codec(options.compression)};
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
    partitions.finish();
    progress.finish();
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

    return_large_blocks(128 << 10);
    Stopwatch const watch;
    auto const& first = *sources.front();
    require_unique_ids(first.samples(), first.name());
    for (auto const* source : sources) {
        require_same_samples(first.samples(), first.name(), source->samples(), source->name());
    }
    StoreTarget target{store, first.samples(), options.block_variants};
    auto const first_partition = target.index().partitions.size();
    BlockAssembler assembler{sources, target.index().block_variants, log};
    Progress progress{"variants", count_variants(sources), log};
    copy_blocks(assembler, target, options, progress);
    warn_of_known_contigs(target.index(), first_partition, log);
    if (options.before_commit) options.before_commit(target.folder(), target.index());
    target.commit();

    auto summary = summarize(target.index(), first_partition);
    summary.seconds = watch.seconds();
    return summary;
}

}  // namespace maniple

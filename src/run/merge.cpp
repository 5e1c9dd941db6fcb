#include "maniple/run/merge.hpp"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "finished_run.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/mpi/communicator.hpp"
#include "maniple/run/progress.hpp"
#include "maniple/run/run_folder.hpp"
#include "maniple/run/scan_memory.hpp"
#include "maniple/run/scan_report.hpp"
#include "maniple/run/scan_tally.hpp"
#include "maniple/run/shard_set.hpp"
#include "maniple/run/stop_request.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;
using Counted = Range<TraitIndex>;  // Traits whose results are counted in one pass.

// What libraries, the allocator and open files take on top.
constexpr std::int64_t working_bytes = 12'000'000;

// Traits that can be counted together in the memory; their columns are in memory one at a time.
std::int64_t traits_at_once(std::vector<FoundShard> const& shards, ScanLimits const& limits) {
    auto const& header = shards.front().file.header;
    auto const traits = std::ssize(header.traits);
    auto const chunk_rows = shards.front().extent().chunk_rows();
    std::int64_t reading = 0;
    for (auto const& shard : shards) {
        auto const names = NameSpoolReader::reading_bytes(shard.file.kept.names, chunk_rows);
        reading = std::max(reading, shard.columns().most_reading_bytes() + names);
    }
    auto const always =
        limits.resting + working_bytes + result_writing_bytes(header.variants, traits) + reading;
    auto const each = std::min(ScanTally::bytes_per_trait(), 4 * header.variants + 1024);
    auto const room = limits.memory - always;
    if (room < each) {
        constexpr std::int64_t megabyte = 1'000'000;
        throw UserError{fmt::format(
            "memory of {}M is not enough to merge (row chunks of these shards are large); give at "
            "least --memory {}M",
            limits.memory / megabyte, (always + each) / megabyte + 2)};
    }
    return std::min(traits, room / each);
}

// Numbers of one row chunk, some traits of which are counted.
class ColumnCounter {
public:
    ColumnCounter(Counted traits, ScanTally& tally) : traits_{traits}, tally_{tally} {}

    void count(ResultColumn which, TraitIndex trait, EncodedColumn column) {
        if (trait < traits_.first || trait >= traits_.last) return;
        if (which == ResultColumn::neg_log10_p) {
            neg_log10_p_ = decode_results<float>(column);
        } else if (which == ResultColumn::status) {
            tally_.add(TraitIndex{trait - traits_.first}, decode_results<std::uint8_t>(column),
                       neg_log10_p_);
        }
    }

private:
    Counted traits_;
    ScanTally& tally_;
    std::vector<float> neg_log10_p_;
};

void append_names(ResultNames const& names, ResultHeader const& header, ResultWriter& writer) {
    for (std::size_t first = 0; first < names.contig.size();) {
        auto const contig = names.contig[first];
        auto last = first;
        while (last < names.contig.size() && names.contig[last] == contig) ++last;
        writer.append_variants(header.contigs.at(static_cast<std::size_t>(contig)),
                               std::span{names.variants}.subspan(first, last - first));
        first = last;
    }
}

class Merge {
public:
    Merge(std::vector<FoundShard> const& shards, Log& log)
        : shards_{shards}, header_{shards.front().file.header}, log_{log} {
        summaries_ = shards.front().file.traits;
    }

    // In the first pass, results are written as well.
    std::vector<TraitSummary> run(std::filesystem::path const& results, std::int64_t at_once) {
        auto const traits = std::ssize(header_.traits);
        for (std::int64_t first = 0; first < traits; first += at_once) {
            Counted const counted{TraitIndex{first}, TraitIndex{std::min(first + at_once, traits)}};
            ScanTally tally{counted.size()};
            first == 0 ? write(results, counted, tally) : count(counted, tally);
            for (auto t = counted.first; t != counted.last; ++t) {
                TraitIndex const in_pass{t - counted.first};
                auto& summary = summaries_[t.at()];
                summary.lambda_gc = tally.lambda_gc(in_pass);
                summary.hits = tally.hits(in_pass);
                summary.by_status = tally.by_status(in_pass);
            }
        }
        return std::move(summaries_);
    }

private:
    void write(std::filesystem::path const& results, Counted traits, ScanTally& tally) {
        ResultWriter writer{results, header_};
        ColumnCounter counter{traits, tally};
        Progress progress{"variants", header_.variants, log_};
        for (auto const& shard : shards_) {
            auto const columns = shard.columns();
            auto names = shard.names();
            for_each_chunk(shard, [&](std::int64_t row, std::int64_t rows) {
                append_names(require_rows(names.next(), rows, shard), header_, writer);
                columns.read_all(row,
                                 [&](ResultColumn which, TraitIndex trait, EncodedColumn column) {
                                     writer.write(which, row, trait, column);
                                     counter.count(which, trait, column);
                                 });
                progress.advance(rows);
            });
        }
        writer.finish();
    }

    void count(Counted traits, ScanTally& tally) const {
        ColumnCounter counter{traits, tally};
        for (auto const& shard : shards_) {
            auto const columns = shard.columns();
            for_each_chunk(shard, [&](std::int64_t row, std::int64_t) {
                columns.read_all(row,
                                 [&](ResultColumn which, TraitIndex trait, EncodedColumn column) {
                                     counter.count(which, trait, column);
                                 });
            });
        }
    }

    template <class Work>
    static void for_each_chunk(FoundShard const& shard, Work const& work) {
        auto const extent = shard.extent();
        auto const last = extent.rows().last.get();
        for (auto row = extent.rows().first.get(); row < last; row += extent.chunk_rows()) {
            StopRequest::check();
            work(row, std::min(extent.chunk_rows(), last - row));
        }
    }

    // The writer takes no others.
    ResultNames require_rows(ResultNames names, std::int64_t rows, FoundShard const& shard) const {
        auto const is_contig = [&](std::int32_t contig) {
            return contig >= 0 && contig < std::ssize(header_.contigs);
        };
        auto const fits = [&](Variant const& variant) {
            return std::ssize(variant.id) <= header_.id_width &&
                   std::ssize(variant.reference) <= header_.allele_width &&
                   std::ssize(variant.alternate) <= header_.allele_width;
        };
        if (std::ssize(names.variants) == rows && std::ranges::all_of(names.contig, is_contig) &&
            std::ranges::all_of(names.variants, fits)) {
            return names;
        }
        throw CorruptInput{
            fmt::format("'{}' has not the names of its variants; remove it, and "
                        "scan that part again",
                        shard.folder.string())};
    }

    std::vector<FoundShard> const& shards_;
    ResultHeader const& header_;
    Log& log_;
    std::vector<TraitSummary> summaries_;
};

// Who took part: the ranks of all shards, and this process.
RunRecord record_of(std::vector<FoundShard> const& shards) {
    RunRecord all = shards.front().file.record;
    all.ranks.clear();
    all.seconds = 0;
    for (auto const& [folder, file] : shards) {
        all.started = std::min(all.started, file.record.started);  // ISO 8601: as texts.
        all.seconds += file.record.seconds;
        for (auto const& rank : file.record.ranks) {
            Json json{{"shard", to_string(file.shard)}};
            json.update(Json::parse(rank));
            all.ranks.push_back(json.dump());
        }
    }
    return all;
}

}  // namespace

void merge_shards(MergeRequest const& request, Log& log) {
    StopRequest const stop_request;
    Stopwatch const watch;
    auto const alone = mpi::Communicator::alone();
    auto const limits = agree_on_limits(request.memory, 1, alone);
    auto const shards = find_shards(request.shards);
    auto const at_once = traits_at_once(shards, limits);
    IntendedRun const intended{.folder = request.run,
                               .facts = [&] { return shards.front().file.facts; }};
    if (is_finished(intended, alone, log)) {
        RunFolder::tidy_up_behind_finished_run(request.run, request.shards);
        return;
    }
    RunFolder folder{request.run, RunProgress::none, request.shards};
    log.open_file(folder.path() / "log.txt");
    auto const& header = shards.front().file.header;
    log.note(fmt::format("merging {} of {} variants x {}", plural(std::ssize(shards), "shard"),
                         header.variants, plural(std::ssize(header.traits), "trait")));

    DurableFile results{folder.path() / "results.h5"};
    auto const summaries = Merge{shards, log}.run(results.temporary(), at_once);
    auto record = record_of(shards);
    Json own{{"shard", "merge"}};
    own.update(Json::parse(describe_rank(alone, 1)));
    record.ranks.push_back(own.dump());
    record.finished = timestamp();
    record.seconds += watch.seconds();
    commit_run(folder, results, summaries, shards.front().file.subject, record,
               shards.front().file.facts);
    folder.finish();
    describe_outcome(summaries, log);
    log.note(fmt::format("done in {:.1f} s: {}; the shards are not needed any more",
                         watch.seconds(), (folder.path() / "results.h5").string()));
}

}  // namespace maniple

#include "maniple/run/scan.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/model/test_status.hpp"
#include "maniple/mpi/session.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/progress.hpp"
#include "maniple/run/run_folder.hpp"
#include "maniple/run/scan_blocks.hpp"
#include "maniple/run/scan_estimate.hpp"
#include "maniple/run/scan_report.hpp"

namespace maniple {
namespace {

std::string in_units(std::int64_t bytes) {
    auto const count = static_cast<double>(bytes);
    if (bytes < 10'000'000) return fmt::format("{:.1f} kB", count / 1e3);
    if (bytes < 10'000'000'000) return fmt::format("{:.1f} MB", count / 1e6);
    return fmt::format("{:.1f} GB", count / 1e9);
}

void describe_work(ScanPlan const& plan, mpi::Communicator const& comm, Log& log) {
    log.note(fmt::format("work: {} variants x {} trait{}, {} rank{} x {} thread{}", plan.variants(),
                         plan.null().traits().size(), plan.null().traits().size() == 1 ? "" : "s",
                         comm.size(), comm.size() == 1 ? "" : "s", plan.request().threads,
                         plan.request().threads == 1 ? "" : "s"));
    auto const estimate = estimate_scan(plan);
    log.note(fmt::format("  to read {}, memory per rank {}, result {} at the most",
                         in_units(estimate.bytes_to_read), in_units(estimate.bytes_per_rank),
                         in_units(estimate.result_bytes)));
}

ResultHeader make_header(ScanPlan const& plan) {
    ResultHeader header{
        .traits = plan.trait_labels(),
        .model = "linear",
        .covariates = fmt::format("{}", fmt::join(plan.covariate_labels(), ",")),
        .missing_genotype = plan.request().missing == MissingGenotype::mean ? "mean" : "drop",
        .fingerprint = plan.cohort().index().fingerprint,
        .variants = plan.variants()};
    for (auto name : test_status_names()) header.statuses.emplace_back(name);
    return header;
}

void describe_outcome(std::vector<TraitSummary> const& summaries, Log& log) {
    constexpr std::size_t shown = 20;
    constexpr double inflated = 1.1;
    bool any_inflated = false;
    for (std::size_t t = 0; t < std::min(shown, summaries.size()); ++t) {
        auto const& row = summaries[t];
        log.note(fmt::format("  {}: {} variants tested, {} with p <= 5e-8, lambda GC {:.3f}{}",
                             row.trait, row.by_status[0], row.hits, row.lambda_gc,
                             row.lambda_gc > inflated ? " (*)" : ""));
        any_inflated |= row.lambda_gc > inflated;
    }
    if (summaries.size() > shown) log.note("  (summary.tsv has the other traits)");
    if (any_inflated) {
        log.note(
            "  (*) more small p-values than chance: many small effects, or ancestry and relatives "
            "that the covariates do not account for");
    }
}

}  // namespace

void plan_scan(ScanRequest const& request, mpi::Communicator const& comm, Log& log) {
    std::optional<ScanPlan> plan;
    together(comm, [&] { plan.emplace(request, log); });
    describe_work(*plan, comm, log);
    together(comm, [&] {
        if (!comm.is_root()) return;
        if (!request.run.empty()) RunFolder::require_usable(request.run);
        log.note(fmt::format("  time about {:.1f} s on machines like this one",
                             estimate_seconds(*plan, comm.size())));
        log.note("nothing was computed; run the same command without --plan");
    });
}

void run_scan(ScanRequest const& request, mpi::Communicator const& comm, Log& log) {
    Stopwatch const watch;
    RunRecord record{.started = timestamp(), .mpi = mpi::Session::implementation()};
    std::unique_ptr<RunFolder> folder;
    std::optional<ScanPlan> plan;
    together(comm, [&] {
        if (!comm.is_root()) return;
        folder = std::make_unique<RunFolder>(request.run);
        log.open_file(folder->path() / "log.txt");
    });
    together(comm, [&] { plan.emplace(request, log); });
    describe_work(*plan, comm, log);

    std::optional<DurableFile> results;
    std::optional<ResultWriter> writer;
    together(comm, [&] {
        if (!comm.is_root()) return;
        results.emplace(folder->path() / "results.h5");
        writer.emplace(results->temporary(), make_header(*plan));
    });
    Progress progress{"variants", plan->variants(), log};
    scan_blocks(*plan, comm,
                [&](ChosenBlock const& block, std::span<Variant const> variants,
                    ResultBlock const& computed) {
                    auto const& contig = plan->cohort().index().partitions[block.partition].contig;
                    writer->append(contig, variants, computed.rows());
                    progress.advance(block.size());
                });
    progress.finish();

    auto const mine = describe_rank(comm, request.threads);
    for (auto const& rank : comm.gather(std::as_bytes(std::span{mine}))) {
        record.ranks.emplace_back(reinterpret_cast<char const*>(rank.data()), rank.size());
    }
    together(comm, [&] {
        if (!comm.is_root()) return;
        writer->finish();
        writer.reset();
        auto const summaries = summarize(results->temporary(), *plan);
        DurableFile table{folder->path() / "summary.tsv"};
        write_summary(table.temporary(), summaries);
        record.finished = timestamp();
        record.seconds = watch.seconds();
        DurableFile described{folder->path() / "run.json"};
        write_run_record(described.temporary(), *plan, record);
        table.commit(ExistingFile::refuse);
        described.commit(ExistingFile::refuse);
        results->commit(ExistingFile::refuse);  // last: a folder with it is a finished run
        folder->finish();
        describe_outcome(summaries, log);
        log.note(fmt::format("done in {:.1f} s: {}", watch.seconds(),
                             (folder->path() / "results.h5").string()));
    });
}

}  // namespace maniple

#include "maniple/run/score.hpp"

#include <memory>
#include <optional>

#include <fmt/format.h>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/mpi/session.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/large_blocks.hpp"
#include "maniple/run/run_folder.hpp"
#include "maniple/run/scan_report.hpp"
#include "maniple/run/score_pass.hpp"
#include "maniple/run/score_report.hpp"
#include "maniple/run/stop_request.hpp"

namespace maniple {
namespace {

void describe_work(ScorePlan const& plan, mpi::Communicator const& comm, Log& log) {
    auto const threads = plan.request().threads;
    constexpr double mega = 1e6;
    log.note(fmt::format("work: {} samples x {} variants x {}, {} x {}", plan.samples().count(),
                         plan.rows().size(), plural(plan.scores(), "score"),
                         plural(comm.size(), "rank"), plural(threads, "thread")));
    log.note(fmt::format("  to read {:.1f} MB in {} blocks, memory per rank {:.1f} MB",
                         static_cast<double>(plan.bytes_to_read()) / mega, plan.blocks().size(),
                         static_cast<double>(plan.bytes_per_rank()) / mega));
}

// The files of the folder; scores last: a folder with them is a finished run.
void write_folder(RunFolder& folder, ScorePlan const& plan, Table const& table,
                  RunRecord const& record) {
    DurableFile summary{folder.path() / "summary.tsv"};
    write_score_summary(summary.temporary(), plan);
    DurableFile matches{folder.path() / "matches.tsv"};
    write_matches(matches.temporary(), plan);
    DurableFile scores{folder.path() / "scores.tsv"};
    write_scores(scores.temporary(), plan, table);
    DurableFile described{folder.path() / "run.json"};
    write_run_record(described.temporary(), describe_score_plan(plan), record);
    summary.commit(ExistingFile::refuse);
    matches.commit(ExistingFile::refuse);
    described.commit(ExistingFile::refuse);
    scores.commit(ExistingFile::refuse, FileReaders::owner);
    folder.finish();
}

}  // namespace

void plan_score(ScoreRequest const& request, mpi::Communicator const& comm, Log& log) {
    std::optional<ScorePlan> plan;
    together(comm, [&] { plan.emplace(request, log); });
    describe_work(*plan, comm, log);
    together(comm, [&] {
        if (comm.is_root() && !request.run.empty()) RunFolder::require_usable(request.run);
    });
    log.note("nothing was computed; run the same command without --plan");
}

void run_score(ScoreRequest const& request, mpi::Communicator const& comm, Log& log) {
    // More than a chunk of a dataset, one of which is inflated after the other.
    return_large_blocks(8 << 20);
    StopRequest const stop_request;
    Stopwatch const watch;
    RunRecord record{.started = timestamp(), .mpi = mpi::Session::implementation()};
    std::unique_ptr<RunFolder> folder;
    std::optional<ScorePlan> plan;
    together(comm, [&] {
        if (!comm.is_root() || request.run.empty()) return;
        folder = std::make_unique<RunFolder>(request.run);
        log.open_file(folder->path() / "log.txt");
    });
    together(comm, [&] { plan.emplace(request, log); });
    describe_work(*plan, comm, log);
    auto sums = sum_scores(*plan, comm, log);

    auto const mine = describe_rank(comm, request.threads);
    for (auto const& rank : comm.gather(std::as_bytes(std::span{mine}))) {
        record.ranks.emplace_back(reinterpret_cast<char const*>(rank.data()), rank.size());
    }
    together(comm, [&] {
        if (!comm.is_root()) return;
        auto const table = make_score_table(*plan, sums.span());
        sums = {};
        if (!request.table.empty()) {
            write_table(request.store, plan->cohort().index(), table, request.existing);
            log.note(fmt::format("table '{}': {} written", request.table,
                                 plural(plan->scores(), "score")));
        }
        if (!folder) return;
        record.finished = timestamp();
        record.seconds = watch.seconds();
        write_folder(*folder, *plan, table, record);
        log.note(fmt::format("done in {:.1f} s: {}", watch.seconds(),
                             (folder->path() / "scores.tsv").string()));
    });
}

}  // namespace maniple

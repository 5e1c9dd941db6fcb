#include "maniple/run/predictor_run.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "finished_run.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/mpi/session.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/large_blocks.hpp"
#include "maniple/run/run_folder.hpp"
#include "maniple/run/scan_report.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/run/whole_genome_plan.hpp"
#include "participants.hpp"

namespace maniple {
namespace {

bool is_finished(ScanRequest const& request, WholeGenomeRequest const& regression,
                 mpi::Communicator const& comm, Log& log) {
    return is_finished(
        {.folder = request.run, .facts = [&] { return whole_genome_facts(regression); }}, comm,
        log);
}

}  // namespace

void plan_predictors(ScanRequest const& request, mpi::Communicator const& comm, Log& log) {
    expect(request.whole_genome.has_value(), "the request has a whole-genome regression");

    auto const limits = agree_on_limits(request.memory, request.threads, comm);
    auto const whole_genome = within(*request.whole_genome, limits);
    if (is_finished(request, whole_genome, comm, log)) return;
    Participants{whole_genome, comm, log}.describe(log);
    plan_whole_genome(whole_genome, comm, log);
    StopDeadline::describe(log);
    together(comm, [&] {
        if (comm.is_root() && !request.run.empty()) {
            RunFolder::require_usable(request.run, RunProgress::whole_genome);
        }
    });
    log.note("nothing was computed; run the same command without --plan");
}

void run_predictors(ScanRequest const& request, mpi::Communicator const& comm, Log& log) {
    expect(request.whole_genome.has_value(), "the request has a whole-genome regression");

    return_large_blocks(64 << 20);  // What one trait's stacking needs, the next one's does too.
    StopRequest const stop_request;
    Stopwatch const watch;
    RunRecord record{.started = timestamp(), .mpi = mpi::Session::implementation()};
    auto const limits = agree_on_limits(request.memory, request.threads, comm);
    auto const whole_genome = within(*request.whole_genome, limits);
    if (is_finished(request, whole_genome, comm, log)) {
        if (comm.is_root()) RunFolder::tidy_up_behind_finished_run(request.run);
        return;
    }
    std::unique_ptr<RunFolder> folder;
    together(comm, [&] {
        if (!comm.is_root()) return;
        folder = std::make_unique<RunFolder>(request.run, RunProgress::whole_genome);
        log.open_file(folder->path() / "log.txt");
    });
    StopDeadline::describe(log);
    WholeGenomePlaces const places{
        .predictors = request.run / "predictors.h5",
        .progress = comm.is_root() ? folder->progress() : std::filesystem::path{}};
    auto const predicted = fit_whole_genome(whole_genome, places, comm, log);

    auto const mine = describe_rank(comm, request.threads);
    for (auto const& rank : comm.gather(std::as_bytes(std::span{mine}))) {
        record.ranks.emplace_back(reinterpret_cast<char const*>(rank.data()), rank.size());
    }
    together(comm, [&] {
        if (!comm.is_root()) return;
        DurableFile table{folder->path() / "summary.tsv"};
        write_summary(table.temporary(), predicted.traits);
        record.finished = timestamp();
        record.seconds = watch.seconds();
        DurableFile described{folder->path() / "run.json"};
        write_run_record(described.temporary(),
                         describe_predictor_run(request, Cohort{request.store}), record);
        keep_plan(folder->path(), predicted.facts,
                  {{"predictors.h5", places.predictors},
                   {"summary.tsv", table.temporary()},
                   {"run.json", described.temporary()}});
        table.commit(ExistingFile::refuse);
        described.commit(ExistingFile::refuse);
        folder->finish();
        log.note(fmt::format("done in {:.1f} s: {}", watch.seconds(), places.predictors.string()));
    });
}

}  // namespace maniple

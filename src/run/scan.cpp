#include "maniple/run/scan.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "finished_run.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/mpi/session.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/large_blocks.hpp"
#include "maniple/run/predictor_source.hpp"
#include "maniple/run/run_folder.hpp"
#include "maniple/run/scan_estimate.hpp"
#include "maniple/run/scan_output.hpp"
#include "maniple/run/scan_report.hpp"
#include "maniple/run/shard_file.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/run/whole_genome_plan.hpp"
#include "scan_passes.hpp"

namespace maniple {
namespace {

std::string in_units(std::int64_t bytes) {
    auto const count = static_cast<double>(bytes);
    if (bytes < 10'000'000) return fmt::format("{:.1f} kB", count / 1e3);
    if (bytes < 10'000'000'000) return fmt::format("{:.1f} MB", count / 1e6);
    return fmt::format("{:.1f} GB", count / 1e9);
}

void describe_work(ScanPlan const& plan, mpi::Communicator const& comm, Log& log) {
    auto const threads = plan.request().threads;
    auto const variants = plan.request().shard
                              ? fmt::format("shard {}: {} of {}", to_string(*plan.request().shard),
                                            plan.rows().size(), plan.variants())
                              : fmt::format("{}", plan.variants());
    log.note(fmt::format("work: {} variants x {}, {} x {}", variants,
                         plural(plan.traits(), "trait"), plural(comm.size(), "rank"),
                         plural(threads, "thread")));
    auto const batches = std::ssize(plan.batches());
    if (batches > 1) {
        log.note(fmt::format("  {} batches of at most {} traits, to fit the memory (--memory)",
                             batches, plan.most_traits()));
    }
    auto const estimate = estimate_scan(plan);
    log.note(fmt::format("  to read {}, memory per rank {}, result about {}",
                         in_units(estimate.bytes_to_read), in_units(estimate.bytes_per_rank),
                         in_units(estimate.result_bytes)));
}

RunProgress progress_of(ScanRequest const& request) {
    if (request.shard) return RunProgress::shard;
    return request.whole_genome ? RunProgress::whole_genome : RunProgress::segments;
}

/// The regression of a scan that has checked everything, and told of it. \param labels  of traits
/// that can be tested.
WholeGenomeRequest regression_of(ScanRequest const& request, std::vector<std::string> labels,
                                 ScanLimits const& limits) {
    auto regression = within(*request.whole_genome, limits);
    regression.among = std::move(labels);
    regression.fewest_cases = std::max(regression.fewest_cases, request.fewest_cases);
    regression.introduction = Introduction::none;
    return regression;
}

// The same scan, of those of its traits that have predictors.
ScanRequest with_predictors(ScanRequest request, std::vector<std::string> const& labels,
                            std::filesystem::path const& predictors) {
    auto const predicted = read_predictors(predictors, Cohort{request.store}).header().traits;
    request.predictors = predictors;
    request.traits.clear();
    for (auto const& label : labels) {
        if (std::ranges::count(predicted, label) > 0) request.traits.push_back(label);
    }
    if (request.traits.empty()) {
        throw UserError{"none of the traits can be predicted and tested; see the warnings above"};
    }
    return request;
}

/// What decides a scan without a regression of its own, and what decides that.
PlanFacts join(PlanFacts facts, PlanFacts const& regression) {
    for (auto const& [name, value] : regression) {
        facts.emplace_back("whole genome: " + name, value);
    }
    return facts;
}

// A shard is the same one alone.
PlanFacts with_shard(PlanFacts facts, ScanRequest const& request) {
    if (request.shard) facts.emplace_back("--shard", to_string(*request.shard));
    return facts;
}

/// What decides what a scan makes, for one rank.
PlanFacts facts_of(ScanRequest const& request, ScanLimits const& limits) {
    Log silent{Speaker::silent};
    ScanPlan const plan{request, limits, silent};
    if (!request.whole_genome) return with_shard(plan.facts(), request);
    return join(plan.facts(),
                whole_genome_facts(regression_of(request, plan.trait_labels(), limits)));
}

bool is_finished(ScanRequest const& request, ScanLimits const& limits,
                 mpi::Communicator const& comm, Log& log) {
    return is_finished({.folder = request.run, .facts = [&] { return facts_of(request, limits); }},
                       comm, log);
}

// Lists, tables and genotypes are read again for the tests.
void require_same(PlanFacts const& before, PlanFacts const& now) {
    auto const compared = [](PlanFacts const& facts) {
        PlanFacts some;
        for (auto const& fact : facts) {
            auto const& name = fact.first;
            bool const follows =
                name == "--trait" || name == "kinds of the traits" || name == "predictors";
            if (!follows) some.push_back(fact);
        }
        return some;
    };
    auto const differ = differences(compared(before), compared(now));
    if (differ.empty()) return;
    throw UserError{
        fmt::format("what is scanned has changed since the regression began ({}); bring it back, "
                    "or scan with another --out",
                    fmt::join(differ, "; "))};
}

/// What a scan is, as it was when its plan was made. On the root.
struct DescribedScan {
    ScanPlan const& plan;
    PlanFacts facts;
    RunSubject subject;
    RunRecord record;
};

// The files of a whole scan.
void write_run(DescribedScan const& scan, ScanOutput& output, RunFolder const& folder,
               std::vector<TraitSummary> const& summaries) {
    DurableFile results{folder.path() / "results.h5"};
    output.seal();
    output.write_results(results.temporary());
    commit_run(folder, results, summaries, scan.subject, scan.record, scan.facts);
}

void finish_shard(DescribedScan const& scan, ScanOutput& output, RunFolder const& folder) {
    auto const& plan = scan.plan;
    ShardFile shard{.shard = *plan.request().shard,
                    .facts = scan.facts,
                    .rows = plan.rows(),
                    .kept = output.finish_shard(),
                    .header = result_header(plan),
                    .traits = {},
                    .subject = scan.subject,
                    .record = scan.record};
    auto const labels = plan.trait_labels();
    ScanTally const nothing{1};
    for (TraitIndex t{0}; t.get() < plan.traits(); ++t) {
        shard.traits.push_back(summarize(plan, labels[t.at()], t, nothing, TraitIndex{0}));
    }
    auto const kept = folder.path() / shard_folder_name;
    keep_plan(
        folder.path(), with_shard(scan.facts, plan.request()),
        {{"shard/columns", kept / kept_columns_name}, {"shard/names", kept / kept_names_name}});
    write_shard_file(folder.path() / shard_file_name, shard);
}

}  // namespace

void plan_scan(ScanRequest const& request, mpi::Communicator const& comm, Log& log) {
    auto const limits = agree_on_limits(request.memory, request.threads, comm);
    if (is_finished(request, limits, comm, log)) return;
    std::optional<ScanPlan> plan;
    together(comm, [&] { plan.emplace(request, limits, log); });
    if (request.whole_genome)
        plan_whole_genome(regression_of(request, plan->trait_labels(), limits), comm, log);
    describe_work(*plan, comm, log);
    StopDeadline::describe(log);
    together(comm, [&] {
        if (!comm.is_root()) return;
        if (!request.run.empty()) RunFolder::require_usable(request.run, progress_of(request));
        log.note(fmt::format("  time about {:.1f} s on machines like this one",
                             estimate_seconds(*plan, comm.size())));
        if (request.whole_genome) {
            log.note("  the whole-genome regression comes before it, with the figures above");
        }
        log.note("nothing was computed; run the same command without --plan");
    });
}

void run_scan(ScanRequest const& request, mpi::Communicator const& comm, Log& log) {
    StopRequest const stop_request;
    Stopwatch const watch;
    RunRecord record{.started = timestamp(), .mpi = mpi::Session::implementation()};
    auto const limits = agree_on_limits(request.memory, request.threads, comm);
    if (is_finished(request, limits, comm, log)) {
        if (comm.is_root()) RunFolder::tidy_up_behind_finished_run(request.run);
        return;
    }
    std::unique_ptr<RunFolder> folder;
    std::optional<ScanPlan> plan;
    together(comm, [&] {
        if (!comm.is_root()) return;
        folder = std::make_unique<RunFolder>(request.run, progress_of(request));
        log.open_file(folder->path() / "log.txt");
    });
    StopDeadline::describe(log);
    return_large_blocks(1 << 20);  // Columns of most cohorts are smaller, and soon used again.
    together(comm, [&] { plan.emplace(request, limits, log); });
    PlanFacts facts;
    together(comm, [&] {
        if (comm.is_root()) facts = plan->facts();
    });
    auto kept = with_shard(facts, request);
    if (request.whole_genome) {
        WholeGenomePlaces const places{
            .predictors = request.run / "predictors.h5",
            .progress = comm.is_root() ? folder->progress() : std::filesystem::path{}};
        return_large_blocks(64 << 20);  // What one trait's stacking needs, the next one's does too.
        auto const labels = plan->trait_labels();
        plan.reset();
        auto const fitted =
            fit_whole_genome(regression_of(request, labels, limits), places, comm, log);
        return_large_blocks(1 << 20);
        Log silent{Speaker::silent};  // The first plan has said it.
        together(comm, [&] {
            plan.emplace(with_predictors(request, labels, places.predictors), limits, silent);
            if (!comm.is_root()) return;
            kept = plan->facts();
            require_same(facts, kept);
            facts = join(std::move(facts), fitted.facts);
        });
    }
    describe_work(*plan, comm, log);

    std::unique_ptr<ScanOutput> output;
    std::optional<DescribedScan> scan;
    together(comm, [&] {
        if (!comm.is_root()) return;
        output = std::make_unique<ScanOutput>(folder->progress(), *plan, std::move(kept));
        scan.emplace(*plan, std::move(facts), describe_scan(*plan), std::move(record));
    });
    auto const summaries = scan_in_passes(*plan, output.get(), comm, log);

    auto const mine = describe_rank(comm, request.threads);
    for (auto const& rank : comm.gather(std::as_bytes(std::span{mine}))) {
        scan->record.ranks.emplace_back(reinterpret_cast<char const*>(rank.data()), rank.size());
    }
    together(comm, [&] {
        if (!comm.is_root()) return;
        scan->record.finished = timestamp();
        scan->record.seconds = watch.seconds();
        if (request.shard) {
            finish_shard(*scan, *output, *folder);
        } else {
            write_run(*scan, *output, *folder, summaries);
        }
        output.reset();
        folder->finish();
        if (!request.shard) describe_outcome(summaries, log);
        log.note(fmt::format(
            "done in {:.1f} s: {}", watch.seconds(),
            (folder->path() / (request.shard ? shard_file_name : "results.h5")).string()));
    });
}

}  // namespace maniple

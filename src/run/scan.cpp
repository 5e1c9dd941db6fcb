#include "maniple/run/scan.hpp"

#include <algorithm>
#include <cstring>
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
#include "maniple/run/contig_nulls.hpp"
#include "maniple/run/large_blocks.hpp"
#include "maniple/run/predictor_source.hpp"
#include "maniple/run/progress.hpp"
#include "maniple/run/run_folder.hpp"
#include "maniple/run/scan_batch.hpp"
#include "maniple/run/scan_estimate.hpp"
#include "maniple/run/scan_output.hpp"
#include "maniple/run/scan_report.hpp"
#include "maniple/run/shard_file.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/run/whole_genome_plan.hpp"

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

/// A scan between its plan and its files.
class ScanRun {
public:
    /// \param output  on the root. Collective.
    ScanRun(ScanPlan& plan, ScanOutput* output, mpi::Communicator const& comm, Log& log)
        : plan_{plan},
          output_{output},
          comm_{comm},
          log_{log},
          units_{plan.blocks(), plan.unit_rows(), plan.piece_rows()},
          labels_{plan.trait_labels()} {
        take_up();
    }

    /// Collective.
    std::vector<TraitSummary> run() {
        auto const batches = plan_.units().size() > 0 ? plan_.batches().size() : 0;
        for (std::size_t b = 0; b < batches; ++b) {
            if (std::cmp_less(b, batches_done_)) {
                ScanTally tally{plan_.batches()[b].size()};
                together(comm_, [&] { count(b, plan_.rows().size(), tally); });
                add_summaries(b, tally);
                continue;
            }
            if (batches > 1) log_.note(fmt::format("batch {} of {}", b + 1, batches));
            pass(b, std::cmp_equal(b, batches_done_) ? rows_done_ : 0);
        }
        return std::move(summaries_);
    }

private:
    // What an interrupted run left. The root knows; all must plan alike.
    void take_up() {
        std::vector<std::int64_t> found;
        if (output_ != nullptr) {
            auto const begun = output_->begun();
            found = {begun.first.get(), begun.last.get(), output_->rows_begun()};
            for (auto const& traits : output_->complete()) found.push_back(traits.last.get());
        }
        auto const sent = std::as_bytes(std::span{found});
        auto const bytes = comm_.broadcast({sent.begin(), sent.end()});
        found.resize(bytes.size() / sizeof(std::int64_t));
        std::memcpy(found.data(), bytes.data(), bytes.size());

        Range<TraitIndex> const begun{TraitIndex{found[0]}, TraitIndex{found[1]}};
        std::vector<Range<TraitIndex>> complete;
        for (auto const last : std::span{found}.subspan(3)) {
            complete.push_back(
                {complete.empty() ? TraitIndex{0} : complete.back().last, TraitIndex{last}});
        }
        together(comm_, [&] { plan_.go_on_after(complete, begun); });
        batches_done_ = std::ssize(complete);
        bool const fits = batches_done_ < std::ssize(plan_.batches()) &&
                          plan_.batches()[complete.size()] == begun;
        if (fits) rows_done_ = found[2];
        together(comm_, [&] {
            if (!fits && output_ != nullptr) output_->drop_begun();
        });
        tell_found(begun.size() > 0 && !fits);
    }

    void tell_found(bool is_dropped) {
        auto const batches = std::ssize(plan_.batches());
        if (batches_done_ > 0 || rows_done_ > 0) {
            auto const variants = fmt::format("{} of {} variants", rows_done_, plan_.rows().size());
            auto const done = batches_done_ == batches ? std::string{"all tests"}
                              : batches == 1           ? variants
                                             : fmt::format("{} of {} batches and {} of the next",
                                                           batches_done_, batches, variants);
            log_.note(fmt::format("an interrupted run is taken up: {} were done by then", done));
        }
        if (is_dropped) {
            log_.note(
                "the batch that an interrupted run had begun takes more memory than there is now "
                "(--memory): it is done again, in smaller ones");
        }
    }

    // What is there of a batch; on the root. Of a shard's results nobody is told before the merge.
    void count(std::size_t batch, std::int64_t rows, ScanTally& tally) const {
        if (output_ != nullptr && !plan_.request().shard)
            output_->count(plan_.batches()[batch], rows, tally);
    }

    void add_summaries(std::size_t batch, ScanTally const& tally) {
        auto const traits = plan_.batches()[batch];
        for (auto t = traits.first; t != traits.last; ++t) {
            summaries_.push_back(
                summarize(plan_, labels_[t.at()], t, tally, TraitIndex{t - traits.first}));
        }
    }

    // \param done  how many rows are there.
    void pass(std::size_t batch, std::int64_t done) {
        auto const units =
            Range<UnitIndex>{plan_.units().first + done / units_.unit_rows(), plan_.units().last};
        auto const traits = plan_.batches()[batch];
        std::optional<ScanModels> models;
        std::optional<ContigNulls> nulls;
        together(comm_, [&] {
            StopRequest::check();
            models.emplace(plan_.fit(batch));
            nulls.emplace(*models, plan_.offsets(batch, *models), plan_.request().threads);
        });
        ScanTally tally{traits.size()};
        together(comm_, [&] { count(batch, done, tally); });
        Progress progress{"variants", plan_.rows().size(), log_};
        auto const sink = [&](std::int64_t unit, BlockReader& reader, EncodedUnit const& encoded) {
            output_->take(units_, unit, reader, encoded, models->layout, traits.first);
        };
        scan_batch(plan_, units_, *models, *nulls, units, comm_, sink, tally, progress);
        tally.merge(comm_);
        add_summaries(batch, tally);
    }

    ScanPlan& plan_;
    ScanOutput* output_;  // None but on the root.
    mpi::Communicator const& comm_;
    Log& log_;
    ScanUnits units_;
    std::vector<std::string> labels_;
    std::int64_t batches_done_ = 0;  // By an interrupted run,
    std::int64_t rows_done_ = 0;     // and of the next.
    std::vector<TraitSummary> summaries_;
};

// Whatever ends a scan: what it has found so far is of use to the next run.
std::vector<TraitSummary> scan_batches(ScanPlan& plan, std::unique_ptr<ScanOutput>& output,
                                       mpi::Communicator const& comm, Log& log) {
    try {
        return ScanRun{plan, output.get(), comm, log}.run();
    } catch (...) {
        try {
            if (output) output->seal();
        } catch (Error const&) {
            // What was sealed before is still there; the first failure is told.
        }
        throw;
    }
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
        folder, with_shard(scan.facts, plan.request()),
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
    auto const summaries = scan_batches(*plan, output, comm, log);

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

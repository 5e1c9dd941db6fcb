#include "maniple/run/fit.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "fit_record.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/folder_like.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/core/writer_lock.hpp"
#include "maniple/mpi/session.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/fit_model.hpp"
#include "maniple/run/fit_path.hpp"
#include "maniple/run/fit_report.hpp"
#include "maniple/run/large_blocks.hpp"
#include "maniple/run/ridge_fit.hpp"
#include "maniple/run/ridge_model.hpp"
#include "maniple/run/stop_request.hpp"
#include "stacked_scores.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

/// The files that a fit keeps beside its model while it is not there: its checkpoint, and a lock,
/// so that two fits of one name refuse each other.
class Workplace {
public:
    explicit Workplace(fs::path const& model)
        : checkpoint_{model.parent_path() / fmt::format(".{}.fit", model.stem().string())},
          progress_{model.parent_path() / fmt::format(".{}.stacked", model.stem().string())},
          lock_{open_lock(model)} {
        if (lock_.is_ours()) {
            remove_leftovers(checkpoint_);
            return;
        }
        throw UserError{
            fmt::format("model '{}' is being fitted by another run{}; wait for it or choose "
                        "another --name",
                        model.stem().string(), lock_.holder())};
    }
    Workplace(Workplace const&) = delete;
    Workplace& operator=(Workplace const&) = delete;
    ~Workplace() { lock_.remove(); }

    /// A fit whose process died when it had its model still has its checkpoint, which is no younger
    /// than the model then: that of another fit, to replace the model, is.
    static void tidy_up_behind(fs::path const& model) {
        std::error_code ignored;
        if (!fs::exists(model, ignored)) return;
        try {
            Workplace const left{model};
            auto const made = fs::last_write_time(model);
            for (auto const& file : {left.checkpoint_, left.progress_}) {
                bool const is_done = fs::exists(file) && fs::last_write_time(file) <= made;
                if (is_done) fs::remove_all(file);
            }
        } catch (Error const&) {                 // Somebody else is at work.
        } catch (fs::filesystem_error const&) {  // It may stay: it is in nobody's way.
        }
    }

    fs::path const& checkpoint() const { return checkpoint_; }
    /// The folder of a stacked ridge regression's checkpoints.
    fs::path const& progress() const { return progress_; }
    void finish() const {
        std::error_code ignored;
        fs::remove(checkpoint_, ignored);
        fs::remove_all(progress_, ignored);
        remove_leftovers(checkpoint_);
    }

private:
    static WriterLock open_lock(fs::path const& model) {
        auto const folder = model.parent_path();
        std::error_code error;  // which opening the lock explains
        make_folder_like(folder, folder.parent_path(), error);
        try {
            return WriterLock{folder / fmt::format(".{}.lock", model.stem().string())};
        } catch (std::system_error const& failure) {
            throw EnvironmentError{
                fmt::format("'{}' cannot be written ({}); fits need to write into the store",
                            folder.string(), failure.code().message())};
        }
    }

    fs::path checkpoint_;
    fs::path progress_;
    WriterLock lock_;
};

void prepare_report(FitPlan const& plan) {
    auto const& request = plan.request();
    if (request.run.empty()) return;
    if (request.existing == ExistingFile::refuse && fs::exists(request.run / "fit.json") &&
        !is_fit_record_of(request.run, plan)) {
        throw UserError{fmt::format(
            "--out '{}' holds the report of another fit; choose another folder, or add --replace",
            request.run.string())};
    }
    if (fs::is_directory(request.run) && !fs::exists(request.run / "fit.json")) {
        for (auto const& entry : fs::directory_iterator{request.run}) {
            auto const name = entry.path().filename();
            bool const is_table =
                std::ranges::find(report_tables, name.string()) != report_tables.end();
            if (is_table || is_temporary_name(name)) continue;
            throw UserError{fmt::format(
                "--out '{}' is not empty (it holds '{}'); choose a folder that is empty or not "
                "there yet",
                request.run.string(), name.string())};
        }
    }
    std::error_code error;
    bool const made = fs::create_directories(request.run, error);
    if (made) fs::permissions(request.run, fs::perms::owner_all, error);
    if (error || !fs::is_directory(request.run)) {
        throw EnvironmentError{fmt::format("--out '{}' cannot be made ({}); choose another folder",
                                           request.run.string(), error.message())};
    }
}

void describe_work(FitPlan const& plan, mpi::Communicator const& comm, Log& log) {
    auto const threads = plan.request().threads;
    auto const fits =
        fmt::format("{} of paths and final models", plural(std::ssize(plan.problems()), "fit"));
    bool const stacks = plan.request().method == FitMethod::stacked_ridge;
    log.note(fmt::format("work: {} variants, {}, {} x {}", plan.variants(),
                         stacks ? plural(std::ssize(plan.traits()), "trait") : fits,
                         plural(comm.size(), "rank"), plural(threads, "thread")));
}

RunRecord finish_record(RunRecord record, Stopwatch const& watch, mpi::Communicator const& comm,
                        int threads) {
    auto const mine = describe_rank(comm, threads);
    for (auto const& rank : comm.gather(std::as_bytes(std::span{mine}))) {
        record.ranks.emplace_back(reinterpret_cast<char const*>(rank.data()), rank.size());
    }
    record.finished = timestamp();
    record.seconds = watch.seconds();
    return record;
}

/// What a method needs to make a model and its report.
struct ModelMaking {
    FitPlan const& plan;
    GenotypePasses& passes;
    fs::path checkpoint;
    std::function<RunRecord()> record;  ///< Once, when the model is made. Collective.
};

// Collective. The root makes the model, and then, where it is asked for, its report.
template <class Make, class Report>
ScoreModel make_with_report(ModelMaking const& making, Make const& make, Report const& report) {
    auto const& comm = making.passes.comm();
    ScoreModel model;
    together(comm, [&] {
        if (comm.is_root()) model = make();
    });
    auto const record = making.record();
    together(comm, [&] {
        if (comm.is_root() && !making.plan.request().run.empty()) report(record);
    });
    return model;
}

// Collective. The model is rank zero's, and the report is written.
ScoreModel fit_elastic_nets(ModelMaking const& making, Log& log) {
    auto const& plan = making.plan;
    auto& passes = making.passes;
    auto const state = PathFit{plan, passes, making.checkpoint, log}.run();
    auto const fits = choose_solutions(plan, state, passes);
    auto const make = [&] {
        auto model = make_model(plan, fits, passes);
        describe_fits(plan, state, fits, log);
        return model;
    };
    return make_with_report(making, make, [&](RunRecord const& record) {
        write_fit_report(plan.request().run, plan, state, fits, passes, record);
    });
}

// The same.
ScoreModel fit_stacked_ridges(ModelMaking const& making, Log& log) {
    auto const& plan = making.plan;
    auto const scores = fit_stacked_scores(plan, making.passes, making.checkpoint, log);
    auto const make = [&] {
        auto model = make_stacked_model(plan, scores, making.passes);
        describe_stacks(plan, scores, log);
        return model;
    };
    return make_with_report(making, make, [&](RunRecord const& record) {
        write_stacked_report(plan.request().run, plan, scores, record);
    });
}

// The same.
ScoreModel fit_ridge(ModelMaking const& making, Log& log) {
    auto const& plan = making.plan;
    auto& passes = making.passes;
    auto const state = RidgeFit{plan, passes, making.checkpoint, log}.run();
    auto const scores = weigh_variants(plan, state, passes);
    auto const make = [&] {
        auto model = make_ridge_model(plan, state, scores, passes);
        describe_ridges(plan, state, scores, log);
        return model;
    };
    return make_with_report(making, make, [&](RunRecord const& record) {
        write_ridge_report(plan.request().run, plan, state, scores, record);
    });
}

ScoreModel fit_model(ModelMaking const& making, Log& log) {
    switch (making.plan.request().method) {
        case FitMethod::elastic_net:
            return fit_elastic_nets(making, log);
        case FitMethod::ridge:
            return fit_ridge(making, log);
        case FitMethod::stacked_ridge:
            break;
    }
    return fit_stacked_ridges(making, log);
}

}  // namespace

void plan_fit(FitRequest const& request, mpi::Communicator const& comm, Log& log) {
    std::optional<FitPlan> plan;
    together(comm, [&] { plan.emplace(request, log); });
    describe_work(*plan, comm, log);
    if (request.method == FitMethod::stacked_ridge) plan_stacked_scores(*plan, comm, log);
    log.note("nothing was computed; run the same command without --plan");
}

void run_fit(FitRequest const& request, mpi::Communicator const& comm, Log& log) {
    return_large_blocks(1 << 20);
    StopRequest const stop_request;
    Stopwatch const watch;
    RunRecord record{.started = timestamp(), .mpi = mpi::Session::implementation()};
    std::optional<FitPlan> plan;
    std::optional<Workplace> workplace;
    if (comm.is_root()) Workplace::tidy_up_behind(request.model_path());
    together(comm, [&] { plan.emplace(request, log); });
    together(comm, [&] {
        if (!comm.is_root()) return;
        place_model(request.model_home(), request.name, request.existing);
        workplace.emplace(plan->model_path());
        prepare_report(*plan);
    });
    describe_work(*plan, comm, log);

    GenotypePasses passes{plan->cohort(), plan->blocks(), comm, request.threads};
    fs::path checkpoint;
    if (workplace) {
        checkpoint = request.method == FitMethod::stacked_ridge ? workplace->progress()
                                                                : workplace->checkpoint();
    }
    ModelMaking const making{
        .plan = *plan, .passes = passes, .checkpoint = checkpoint, .record = [&] {
            return finish_record(std::move(record), watch, comm, request.threads);
        }};
    auto const model = fit_model(making, log);
    together(comm, [&] {
        if (!comm.is_root()) return;
        write_model(plan->model_path(), model, request.existing);
        if (request.checkpoint == DoneCheckpoint::remove) workplace->finish();
        log.note(fmt::format("done in {:.1f} s: {}", watch.seconds(), plan->model_path().string()));
    });
}

}  // namespace maniple

#include "maniple/run/leave_one_out.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "evaluation_groups.hpp"
#include "leave_one_out_plan.hpp"
#include "leave_one_out_pooling.hpp"
#include "leave_one_out_report.hpp"
#include "maniple/core/durable_file.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/evaluate.hpp"
#include "maniple/run/evaluation_data.hpp"
#include "maniple/run/evaluation_report.hpp"
#include "maniple/run/fit.hpp"
#include "maniple/run/run_folder.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/run/text_file.hpp"
#include "maniple/store/model_file.hpp"

namespace maniple {
namespace {

namespace fs = std::filesystem;

std::string work_name(std::size_t level) { return fmt::format("level-{}", level + 1); }

// Letters, digits and ._- stay: a level may be any text.
std::string store_name(std::string const& name, std::string const& level) {
    auto text = fmt::format("{}.{}", name, level);
    for (auto& c : text) {
        auto const byte = static_cast<unsigned char>(c);
        bool const stays = byte < 128 && std::isalnum(byte) != 0;
        if (!stays && c != '.' && c != '_' && c != '-') c = '_';
    }
    return text;
}

// Where each level's model goes to in the store; nothing without a name.
std::vector<fs::path> place_models(LeaveOneOutRequest const& request, LeaveOneOutPlan const& plan) {
    std::vector<fs::path> places(plan.levels.size());
    auto const& fit = request.fit;
    if (fit.name.empty()) return places;
    std::set<fs::path> taken;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (plan.levels[i].status != "ok") continue;
        auto const name = store_name(fit.name, plan.levels[i].name);
        places[i] = place_model(fit.store, name, fit.existing);
        if (taken.insert(places[i]).second) continue;
        throw UserError{fmt::format(
            "two levels of '{}' would both be model '{}' (only letters, digits, '.', '_' and '-' "
            "stay in names); rename a level, or leave --name out",
            plan.column, name)};
    }
    return places;
}

// What keeps a level's people from telling anything.
std::string find_obstacle(EvaluatedPeople const& people) {
    auto const [least, most] = std::ranges::minmax(people.score);
    if (!(least < most)) return "constant score";
    auto const [low, high] = std::ranges::minmax(people.values);
    return low < high ? "ok" : "constant trait";
}

EvaluationRow reason_row(std::string const& status) {
    EvaluationRow row;
    row.metric = "all";
    row.status = status;
    return row;
}

// A level whose model is there and whose people are scored by it.
struct ScoredLevel {
    EvaluationRequest request;
    EvaluationData data;
};

// Collective.
ScoredLevel score_level(LeaveOneOutRequest const& request, LeftOutLevel const& level,
                        std::string const& model, JudgedLevel& judged,
                        mpi::Communicator const& comm, Log& log) {
    StopRequest const stop_request;
    ScoredLevel scored{.request = request.evaluation, .data = {}};
    auto& evaluation = scored.request;
    evaluation.model = model;
    evaluation.home = evaluation.run;
    evaluation.samples.among = level.people;
    auto const computed = compute_scores(evaluation, comm, log);
    together(comm, [&] {
        scored.data = load_evaluation(evaluation, computed, log);
        auto const fitted = read_model(find_model(evaluation.home, model));
        judged.model = {fitted.scores.front(), std::ssize(fitted.weights.variants)};
    });
    judged.status = find_obstacle(scored.data.people);
    if (judged.status == "ok") return scored;
    judged.reason = judged.status == "constant score"
                        ? "the model without it gives everybody there one score"
                        : "everybody there has one value of the trait";
    judged.rows = {reason_row(judged.status)};
    return scored;
}

// Effects per SD are pooled, and so are of one SD. Each level's scores are of its own model, whose
// mean is arbitrary: levels' means say nothing. Collective; rows are the root's.
void judge(std::vector<JudgedLevel>& levels, std::map<std::size_t, ScoredLevel>& scored,
           mpi::Communicator const& comm) {
    std::vector<std::span<double const>> scores;
    for (auto const& [i, level] : scored) {
        if (levels[i].status == "ok") scores.emplace_back(level.data.people.score);
    }
    for (auto& [i, level] : scored) {
        if (levels[i].status != "ok") continue;
        StopRequest const stop_request;
        level.data.score_sd = within_standard_deviation(scores);
        levels[i].rows = evaluate_people(level.data, level.request, comm).rows;
    }
}

void store_models(LeaveOneOutRequest const& request, std::vector<fs::path> const& places,
                  Log& log) {
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (places[i].empty()) continue;
        auto const model = read_model(find_model(request.evaluation.run, work_name(i)));
        write_model(places[i], model, request.fit.existing);
        log.note(fmt::format("model: {}", places[i].string()));
    }
}

// For rank zero.
void finish(LeaveOneOutRequest const& request, LeaveOneOutPlan const& plan,
            std::vector<JudgedLevel> const& levels, RunFolder& folder) {
    std::vector<EvaluationRow> rows;
    for (auto const& level : levels) rows.insert(rows.end(), level.rows.begin(), level.rows.end());
    auto const pooled = pool_levels(plan.column, levels);
    rows.insert(rows.end(), pooled.begin(), pooled.end());
    DurableFile table{folder.path() / "evaluation.tsv"};
    write_text(table.temporary(), evaluation_table(rows));
    DurableFile json{folder.path() / "evaluation.json"};
    write_text(json.temporary(), leave_one_out_json(request, plan, levels, rows));
    fs::remove_all(folder.path() / "models");
    table.commit(ExistingFile::refuse);
    json.commit(ExistingFile::refuse);  // last: a folder with it is a finished run
    folder.finish();
    std::cout << leave_one_out_summary(request, plan, levels, rows) << std::flush;
}

}  // namespace

void run_leave_one_out(LeaveOneOutRequest const& request, mpi::Communicator const& comm, Log& log) {
    Stopwatch const watch;
    std::unique_ptr<RunFolder> folder;
    std::optional<LeaveOneOutPlan> plan;
    std::vector<fs::path> places;
    together(comm, [&] {
        if (!comm.is_root()) return;
        folder = std::make_unique<RunFolder>(request.evaluation.run, RunProgress::models);
        fs::create_directory(folder->path() / "models");
        log.open_file(folder->path() / "log.txt");
    });
    StopDeadline::describe(log);
    together(comm, [&] {
        plan.emplace(plan_leave_one_out(request, log));
        if (comm.is_root()) places = place_models(request, *plan);
    });
    std::vector<JudgedLevel> levels;
    std::map<std::size_t, ScoredLevel> scored;
    std::int64_t number = 0;
    for (std::size_t i = 0; i < plan->levels.size(); ++i) {
        auto const& level = plan->levels[i];
        if (level.status != "ok") {
            levels.push_back(
                {level.name, level.status, level.reason, {}, {reason_row(level.status)}});
        } else {
            log.note(fmt::format("== {} of {}: without {} = {}", ++number, plan->judged,
                                 plan->column, level.name));
            run_fit(fit_without(request, level, work_name(i)), comm, log);
            levels.push_back({level.name, {}, {}, {}, {}});
            scored.emplace(i, score_level(request, level, work_name(i), levels.back(), comm, log));
        }
    }
    judge(levels, scored, comm);
    for (auto& level : levels) {
        for (auto& row : level.rows) {
            row.factor = plan->column;
            row.group = level.name;
        }
    }
    together(comm, [&] {
        if (!comm.is_root()) return;
        store_models(request, places, log);
        finish(request, *plan, levels, *folder);
        log.note(fmt::format("done in {:.1f} s: {}", watch.seconds(),
                             (folder->path() / "evaluation.json").string()));
    });
}

}  // namespace maniple

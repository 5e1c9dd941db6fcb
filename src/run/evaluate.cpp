#include "maniple/run/evaluate.hpp"

#include <iostream>
#include <memory>
#include <optional>
#include <system_error>

#include <fmt/format.h>

#include "maniple/core/durable_file.hpp"
#include "maniple/core/stopwatch.hpp"
#include "maniple/run/agreement.hpp"
#include "maniple/run/evaluation_data.hpp"
#include "maniple/run/evaluation_report.hpp"
#include "maniple/run/evaluation_rows.hpp"
#include "maniple/run/run_folder.hpp"
#include "maniple/run/score_pass.hpp"
#include "maniple/run/score_plan.hpp"
#include "maniple/run/score_report.hpp"
#include "maniple/run/stop_request.hpp"
#include "maniple/run/text_file.hpp"

namespace maniple {

// Of everybody: a model's few scores cost one pass over its variants.
Table compute_scores(EvaluationRequest const& request, mpi::Communicator const& comm, Log& log) {
    std::optional<ScorePlan> plan;
    together(comm, [&] {
        plan.emplace(ScoreRequest{.store = request.store,
                                  .models = {request.model},
                                  .home = request.home,
                                  .ambiguous = request.ambiguous,
                                  .min_match = request.min_match,
                                  .threads = request.threads},
                     log);
    });
    auto const sums = sum_scores(*plan, comm, log);
    return make_score_table(*plan, sums.span());
}

namespace {

// A correction spends people, and so comes after the report on the others. Without it the report is
// of no model, and goes as well.
void replace_model(DurableFile& model, RunFolder const& folder) {
    try {
        model.commit(ExistingFile::replace);
    } catch (...) {
        std::error_code ignored;
        for (auto const* name : {"evaluation.json", "evaluation.tsv"}) {
            std::filesystem::remove(folder.path() / name, ignored);
        }
        throw;
    }
}

}  // namespace

void run_evaluation(EvaluationRequest const& request, mpi::Communicator const& comm, Log& log) {
    StopRequest const stop_request;
    Stopwatch const watch;
    std::unique_ptr<RunFolder> folder;
    together(comm, [&] {
        if (!comm.is_root()) return;
        folder = std::make_unique<RunFolder>(request.run);
        log.open_file(folder->path() / "log.txt");
    });
    together(comm, [&] { check_evaluation(request); });
    std::optional<Table> computed;
    if (request.scores.empty()) computed = compute_scores(request, comm, log);
    std::optional<EvaluationData> data;
    together(comm, [&] { data.emplace(load_evaluation(request, computed, log)); });
    auto const found = evaluate_people(*data, request, comm);
    together(comm, [&] {
        if (!comm.is_root()) return;
        DurableFile table{folder->path() / "evaluation.tsv"};
        write_text(table.temporary(), evaluation_table(found.rows));
        DurableFile json{folder->path() / "evaluation.json"};
        write_text(json.temporary(), evaluation_json(*data, request, found));
        std::optional<DurableFile> model;
        if (data->correction) model.emplace(prepare_recalibration(*data->correction));
        table.commit(ExistingFile::refuse);
        json.commit(ExistingFile::refuse);  // last: a folder with it is a finished run
        if (model) replace_model(*model, *folder);
        folder->finish();
        std::cout << evaluation_summary(*data, request, found.rows) << std::flush;
        log.note(fmt::format("done in {:.1f} s: {}", watch.seconds(),
                             (folder->path() / "evaluation.json").string()));
    });
}

}  // namespace maniple

#include "leave_one_out_report.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "evaluation_text.hpp"
#include "leave_one_out_pooling.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

Json describe_model(LevelModel const& model) {
    auto const number = [](double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); };
    return {{"samples", model.score.training_samples},
            {"method", model.score.method},
            {"variants", model.variants},
            {"penalty", number(model.score.penalty)},
            {"validation_performance", number(model.score.validation_performance)},
            {"has_converged", model.score.has_converged}};
}

std::int64_t count_judged(std::vector<JudgedLevel> const& levels) {
    return std::ranges::count(levels, "ok", &JudgedLevel::status);
}

EvaluationRow const* find_row(std::vector<EvaluationRow> const& rows, RowKind kind,
                              std::string const& metric) {
    auto const found = std::ranges::find_if(rows, [&](EvaluationRow const& row) {
        return row.kind == kind && row.metric == metric && std::isfinite(row.estimate);
    });
    return found == rows.end() ? nullptr : &*found;
}

// How far the levels are from their mean: of the main metrics, and of all that differ by more than
// chance.
std::string describe_differences(std::string const& metric,
                                 std::vector<EvaluationRow> const& rows) {
    constexpr double surprising = 1.3010299956639813;  // -log10 of 0.05
    auto const* q = find_row(rows, RowKind::heterogeneity, metric + "_heterogeneity_q");
    if (q == nullptr) return "";
    bool const differ = q->neg_log10_p > surprising;
    if (!differ && !is_main_metric(metric)) return "";
    std::string text;
    if (auto const* next = find_row(rows, RowKind::new_level, metric)) {
        text += summary_line("", fmt::format("{}", interval_text(*next)),
                             "a new level, with 95% probability");
    }
    auto const* share = find_row(rows, RowKind::heterogeneity, metric + "_i_squared");
    auto const how =
        fmt::format("{}; {:.0f}% of the variance between levels is not chance",
                    p_text(q->neg_log10_p), 100 * (share == nullptr ? 0 : share->estimate));
    if (!differ) return text + summary_line("", "", how);
    return text + summary_line("", "", how + ":") +
           summary_line("", "", "levels differ, and the pooled value hides it; look at each");
}

// What the pooled lines are.
Json describe_pooling(std::vector<EvaluationRow> const& rows) {
    Json scales = Json::object();
    for (auto const& row : rows) {
        if (row.kind == RowKind::pooled) scales[row.metric] = pooling_scale(row.metric);
    }
    return {{"model", "random effects (DerSimonian and Laird)"},
            {"interval", "Hartung, Knapp, Sidik and Jonkman, not below that of the weights"},
            {"interval_of_a_new_level", "Higgins, Thompson and Spiegelhalter"},
            {"scales", scales}};
}

}  // namespace

std::string leave_one_out_json(LeaveOneOutRequest const& request, LeaveOneOutPlan const& plan,
                               std::vector<JudgedLevel> const& levels,
                               std::vector<EvaluationRow> const& rows) {
    auto const& asked = request.evaluation;
    Json json{{"leave_one_out", request.column},
              {"trait", asked.trait},
              {"outcome", outcome_name(plan.outcome)},
              {"covariates", asked.covariates},
              {"bootstrap", {{"replicates", asked.replicates}, {"seed", asked.seed}}},
              {"smallest_count_told", asked.least_people},
              {"limits", evaluation_limits}};
    auto list = Json::array();
    for (auto const& level : levels) {
        Json entry{{"level", level.name}, {"status", level.status}};
        if (!level.reason.empty()) entry["reason"] = level.reason;
        if (level.model) entry["trained_on_the_others"] = describe_model(*level.model);
        list.push_back(std::move(entry));
    }
    json["levels"] = std::move(list);
    json["pooling"] = describe_pooling(rows);
    json["rows"] = json_lines(rows);
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string leave_one_out_summary(LeaveOneOutRequest const& request, LeaveOneOutPlan const& plan,
                                  std::vector<JudgedLevel> const& levels,
                                  std::vector<EvaluationRow> const& rows) {
    auto text = fmt::format(
        "'{}', each level of '{}' predicted by a score fitted to the others: {} of {} levels\n",
        request.evaluation.trait, plan.column, count_judged(levels), levels.size());
    for (auto const& level : levels) {
        if (level.reason.empty()) continue;
        text += summary_line("not judged", level.name, level.reason);
    }
    for (auto const& row : rows) {
        if (row.kind != RowKind::estimate || !is_main_metric(row.metric)) continue;
        text += summary_line(
            row.metric, interval_text(row),
            fmt::format("{} = {} ({})", plan.column, row.group, people_text(row, plan.outcome)));
    }
    for (auto const& row : rows) {
        if (row.kind != RowKind::pooled) continue;
        text += summary_line(row.metric, interval_text(row),
                             fmt::format("pooled over {}: {}", row.part, meaning_of(row.metric)));
        text += describe_differences(row.metric, rows);
    }
    return text + summary_end(rows, request.evaluation);
}

}  // namespace maniple

#include "leave_one_out_report.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "evaluation_text.hpp"
#include "maniple/stats/elementary.hpp"
#include "maniple/stats/heterogeneity.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

bool is_pooled(EvaluationRow const& row) {
    return row.kind == RowKind::estimate && row.status == "ok" &&
           std::isfinite(row.standard_error) && row.standard_error > 0;
}

// Lines of one metric, one a level.
std::vector<EvaluationRow const*> find_estimates(std::vector<JudgedLevel> const& levels,
                                                 std::string const& metric) {
    std::vector<EvaluationRow const*> found;
    for (auto const& level : levels) {
        for (auto const& row : level.rows) {
            if (row.metric == metric && is_pooled(row)) found.push_back(&row);
        }
    }
    return found;
}

std::vector<std::string> list_metrics(std::vector<JudgedLevel> const& levels) {
    std::vector<std::string> metrics;
    for (auto const& level : levels) {
        for (auto const& row : level.rows) {
            if (!is_pooled(row) || std::ranges::count(metrics, row.metric) > 0) continue;
            metrics.push_back(row.metric);
        }
    }
    return metrics;
}

void fill_pooled(EvaluationRow& row, Estimate const& pooled, RowScale scale) {
    auto const half = normal_95() * pooled.standard_error;
    row.interval = "fixed effect";
    row.estimate = pooled.value;
    row.lower = pooled.value - half;
    row.upper = pooled.value + half;
    if (scale == RowScale::plain) return;
    for (auto* number : {&row.estimate, &row.lower, &row.upper}) *number = portable_exp(*number);
}

Json describe_model(LevelModel const& model) {
    auto const number = [](double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); };
    return {{"samples", model.score.training_samples},
            {"method", model.score.method},
            {"variants", model.variants},
            {"penalty", number(model.score.penalty)},
            {"validation_performance", number(model.score.validation_performance)},
            {"has_converged", model.score.has_converged}};
}

}  // namespace

std::vector<EvaluationRow> pool_levels(std::string const& column,
                                       std::vector<JudgedLevel> const& levels) {
    std::vector<EvaluationRow> means;
    std::vector<EvaluationRow> tests;
    for (auto const& metric : list_metrics(levels)) {
        auto const found = find_estimates(levels, metric);
        auto const scale = found.front()->scale;
        std::vector<Estimate> estimates;
        EvaluationRow mean;
        mean.kind = RowKind::pooled;
        mean.metric = metric;
        mean.factor = column;
        mean.samples = 0;
        mean.cases = found.front()->cases < 0 ? -1 : 0;
        for (auto const* row : found) {
            auto const value =
                scale == RowScale::logarithmic ? portable_log(row->estimate) : row->estimate;
            estimates.push_back({value, row->standard_error});
            mean.samples += row->samples;
            if (mean.cases >= 0) mean.cases += row->cases;
        }
        fill_pooled(mean, pool_fixed_effect(estimates), scale);
        means.push_back(std::move(mean));

        EvaluationRow test;
        test.kind = RowKind::heterogeneity;
        test.metric = metric;
        test.factor = column;
        auto const q = cochran_q(estimates);
        if (std::isnan(q.statistic)) {
            test.status = "fewer than two groups";
        } else {
            test.estimate = q.statistic;
            test.neg_log10_p = q.neg_log10_p;
            test.interval = fmt::format("chi-squared {}", q.degrees_of_freedom);
        }
        tests.push_back(std::move(test));
    }
    means.insert(means.end(), tests.begin(), tests.end());
    return means;
}

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
        if (level.model) entry["trained_on_the_others"] = describe_model(*level.model);
        list.push_back(std::move(entry));
    }
    json["levels"] = std::move(list);
    json["rows"] = json_lines(rows);
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string leave_one_out_summary(LeaveOneOutRequest const& request, LeaveOneOutPlan const& plan,
                                  std::vector<EvaluationRow> const& rows) {
    auto text = fmt::format("'{}', each level of '{}' predicted from the others\n",
                            request.evaluation.trait, plan.column);
    for (auto const& row : rows) {
        bool const of_level = row.kind == RowKind::estimate;
        if (of_level && (is_main_metric(row.metric) || row.status != "ok")) {
            text += fmt::format("  {:<25} {:<28} {} = {}{}\n", row.metric, interval_text(row),
                                plan.column, row.group,
                                row.samples < 0 ? "" : fmt::format(" ({} samples)", row.samples));
        } else if (row.kind == RowKind::pooled) {
            text += fmt::format("  {:<25} {:<28} pooled: {}\n", row.metric, interval_text(row),
                                meaning_of(row.metric));
        } else if (row.kind == RowKind::heterogeneity && is_main_metric(row.metric) &&
                   std::isfinite(row.neg_log10_p)) {
            text += fmt::format("  {:<25} -log10 p = {:<16.2f} do levels of {} differ?\n",
                                row.metric, row.neg_log10_p, plan.column);
        }
    }
    bool const hidden = std::ranges::any_of(
        rows, [](EvaluationRow const& row) { return row.status == "suppressed"; });
    if (hidden) {
        text += fmt::format(
            "  Suppressed: counts under {} people, and what would let them be worked out.\n",
            request.evaluation.least_people);
    }
    return text + fmt::format("{}\n", evaluation_limits);
}

}  // namespace maniple

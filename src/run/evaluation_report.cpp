#include "maniple/run/evaluation_report.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "evaluation_text.hpp"
#include "maniple/core/error.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

// Digits that give the same double back.
std::string number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "NA"; }

std::string count(std::int64_t value) { return value < 0 ? "NA" : std::to_string(value); }

std::string or_dash(std::string const& text) { return text.empty() ? "NA" : text; }

}  // namespace

std::string evaluation_table(std::vector<EvaluationRow> const& rows) {
    std::string text =
        "kind\tmetric\tfactor\tgroup\tpart\testimate\tlower\tupper\tneg_log10_p\tsamples\tcases\t"
        "interval\tundefined_replicates\tstatus\n";
    for (auto const& row : rows) {
        text += fmt::format(
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n", to_string(row.kind),
            row.metric, or_dash(row.factor), row.group, or_dash(row.part), number(row.estimate),
            number(row.lower), number(row.upper), number(row.neg_log10_p), count(row.samples),
            count(row.cases), or_dash(row.interval), count(row.undefined), row.status);
    }
    return text;
}

std::string evaluation_json(EvaluationData const& data, EvaluationRequest const& request,
                            std::vector<EvaluationRow> const& rows) {
    auto const limit = request.least_people;
    auto const& flow = data.flow;
    bool const is_known = data.score.training == Training::known;
    // Those of a recalibration are known even where the others are not.
    auto const trained = is_known || flow.trained > 0 ? Json(flow.trained) : Json(nullptr);
    Json json{{"score", data.score.name},
              {"model", data.score.model},
              {"trait", data.trait},
              {"outcome", outcome_name(data.people.outcome)},
              {"covariates", data.covariates},
              {"training_is_known", is_known},
              {"samples",
               {{"in_store", flow.in_store},
                {"asked", flow.asked},
                {"used_in_training", trained},
                {"without_trait", flow.without_trait},
                {"without_score_or_covariate", flow.without_others},
                {"used_to_recalibrate", flow.recalibrating},
                {"evaluated", data.people.size()}}},
              {"bootstrap", {{"replicates", request.replicates}, {"seed", request.seed}}},
              {"smallest_count_told", limit},
              {"limits", evaluation_limits}};
    if (auto const& correction = data.score.recalibration) {
        json["recalibration"] = {{"intercept", correction->intercept},
                                 {"slope", correction->slope},
                                 {"samples", correction->samples}};
    }
    if (!data.people.prediction.empty()) json["prediction_covariates"] = data.score.covariates;
    json["rows"] = json_lines(rows);
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string evaluation_summary(EvaluationData const& data, EvaluationRequest const& request,
                               std::vector<EvaluationRow> const& rows) {
    auto text = fmt::format("score '{}' for trait '{}': {} samples", data.score.name, data.trait,
                            data.people.size());
    if (!data.people.is_case.empty()) text += fmt::format(", {} with it", data.people.cases());
    text += '\n';
    for (auto const& row : rows) {
        if (row.kind != RowKind::estimate || !row.factor.empty()) continue;
        text += fmt::format("  {:<25} {:<28} {}\n", row.metric, interval_text(row),
                            meaning_of(row.metric));
    }
    for (auto const& row : rows) {
        if (row.factor.empty() || !(is_main_metric(row.metric) || row.metric == "all")) continue;
        if (row.kind == RowKind::estimate) {
            text += fmt::format("  {:<25} {:<28} {} = {} ({} samples)\n", row.metric,
                                interval_text(row), row.factor, row.group, count(row.samples));
        } else if (row.kind == RowKind::heterogeneity && std::isfinite(row.neg_log10_p)) {
            text += fmt::format("  {:<25} -log10 p = {:<16.2f} do groups of {} differ?\n",
                                row.metric, row.neg_log10_p, row.factor);
        }
    }
    bool const hidden = std::ranges::any_of(
        rows, [](EvaluationRow const& row) { return row.status == "suppressed"; });
    if (hidden) {
        text += fmt::format(
            "  Suppressed: counts under {} people, and what would let them be worked out.\n",
            request.least_people);
    }
    return text + fmt::format("{}\n", evaluation_limits);
}

}  // namespace maniple

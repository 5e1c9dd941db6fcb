#include "maniple/run/evaluation_report.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "evaluation_curves_json.hpp"
#include "evaluation_text.hpp"
#include "maniple/core/checksum.hpp"
#include "maniple/core/error.hpp"
#include "maniple/run/small_cells.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

// For reading; the JSON has all digits.
std::string number(double value) {
    return std::isfinite(value) ? fmt::format("{:.9g}", value) : "NA";
}

std::string count(std::int64_t value) { return value < 0 ? "NA" : std::to_string(value); }

std::string or_dash(std::string const& text) { return text.empty() ? "NA" : text; }

// Whom and what the numbers are of.
std::string describe_evaluated(EvaluationData const& data) {
    auto text = fmt::format("score '{}' for trait '{}': {} samples", data.score.name, data.trait,
                            data.people.size());
    if (!data.people.is_case.empty()) {
        text += fmt::format(", {} {}", data.people.cases(),
                            data.people.outcome == Outcome::time_to_event ? "of them with the event"
                                                                          : "of them cases");
    }
    text += '\n';
    if (data.score.training == Training::unknown) {
        text +=
            "  It is not known whether these people trained the score; if they did, its numbers "
            "flatter it.\n";
    }
    if (data.people.prediction.empty()) return text;
    return text + fmt::format("  Predictions are made of the score {}{}.\n",
                              data.score.covariates.empty()
                                  ? "alone, without covariates"
                                  : fmt::format("and the model's covariates ({})",
                                                fmt::join(data.score.covariates, ", ")),
                              data.score.recalibration ? ", recalibrated" : "");
}

// What is said first of groups; empty for all else.
std::string describe_group_line(EvaluationRow const& row, Outcome outcome) {
    if (row.factor.empty()) return "";
    bool const is_rate = row.metric.ends_with("_positive_rate");
    if (row.kind == RowKind::gap && (is_main_metric(row.metric) || is_rate)) {
        return summary_line(row.metric, interval_text(row),
                            fmt::format("gap: {} = {}, {}", row.factor, row.group, row.part));
    }
    if (row.kind == RowKind::estimate && (is_main_metric(row.metric) || row.metric == "all")) {
        auto const people = people_text(row, outcome);
        return summary_line(row.metric, interval_text(row),
                            fmt::format("{} = {}{}", row.factor, row.group,
                                        people.empty() ? "" : fmt::format(" ({})", people)));
    }
    if (row.kind != RowKind::heterogeneity || !std::isfinite(row.neg_log10_p)) return "";
    auto const metric = row.metric.substr(0, row.metric.find("_heterogeneity_q"));
    if (!is_main_metric(metric) && row.part.empty()) return "";
    return summary_line(metric, p_text(row.neg_log10_p),
                        fmt::format("that groups of {} differ by chance alone{}{}", row.factor,
                                    row.part.empty() ? "" : "; by ", row.part));
}

// What its model says of a score.
Json describe_origin(ScoreOrigin const& origin, std::int64_t limit) {
    auto const& score = origin.description;
    auto const number = [](double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); };
    auto const controls = score.training_samples - score.training_cases;
    bool const told = !is_small(score.training_cases, limit) && !is_small(controls, limit);
    return {{"method", score.method},
            {"reported_trait", score.reported_trait},
            {"genome_build", origin.genome_build},
            {"variants", origin.variants},
            {"training_samples", score.training_samples},
            {"training_cases", told ? Json(score.training_cases) : Json(nullptr)},
            {"validation_performance", number(score.validation_performance)},
            {"has_converged", score.has_converged}};
}

}  // namespace

std::string evaluation_table(std::vector<EvaluationRow> const& rows) {
    std::string text =
        "kind\tmetric\tfactor\tgroup\tpart\testimate\tlower\tupper\tneg_log10_p\t"
        "degrees_of_freedom\tsamples\tcases\t"
        "interval\tundefined_replicates\tstatus\n";
    for (auto const& row : rows) {
        text += fmt::format("{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\n",
                            to_string(row.kind), row.metric, or_dash(row.factor), row.group,
                            or_dash(row.part), number(row.estimate), number(row.lower),
                            number(row.upper), number(row.neg_log10_p),
                            count(row.degrees_of_freedom), count(row.samples), count(row.cases),
                            or_dash(row.interval), count(row.undefined), row.status);
    }
    return text;
}

std::string evaluation_json(EvaluationData const& data, EvaluationRequest const& request,
                            Evaluation const& found) {
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
    if (auto const& checksum = data.score.model_checksum) {
        json["model_checksum"] = to_hex(*checksum);
    }
    if (auto const& correction = data.score.recalibration) {
        json["recalibration"] = {{"intercept", correction->intercept},
                                 {"slope", correction->slope},
                                 {"samples", correction->samples}};
    }
    if (!data.people.prediction.empty()) json["prediction_covariates"] = data.score.covariates;
    if (!request.scores.empty()) json["scores_table"] = request.scores;
    if (data.score.origin) json["score_description"] = describe_origin(*data.score.origin, limit);
    json["by"] = request.by;
    if (request.horizon) json["horizon"] = *request.horizon;
    if (request.prevalence) json["prevalence"] = *request.prevalence;
    add_curves(json, found.curves);
    json["rows"] = json_lines(found.rows);
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string evaluation_summary(EvaluationData const& data, EvaluationRequest const& request,
                               std::vector<EvaluationRow> const& rows) {
    auto text = describe_evaluated(data);
    for (auto const& row : rows) {
        if (row.kind != RowKind::estimate || !row.factor.empty()) continue;
        text += summary_line(row.metric, interval_text(row), meaning_of(row.metric));
    }
    text += thresholds_text(rows);
    for (auto const& row : rows) text += describe_group_line(row, data.people.outcome);
    return text + summary_end(rows, request);
}

}  // namespace maniple

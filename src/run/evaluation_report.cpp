#include "maniple/run/evaluation_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "maniple/core/error.hpp"
#include "maniple/run/small_cells.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

// Digits that give the same double back.
std::string number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : "NA"; }

std::string count(std::int64_t value) { return value < 0 ? "NA" : std::to_string(value); }

std::string or_dash(std::string const& text) { return text.empty() ? "NA" : text; }

Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json json_count(std::int64_t value) { return value < 0 ? Json(nullptr) : Json(value); }

// Counts of people who were left out, where they are not too few.
Json told(std::int64_t value, std::int64_t limit) {
    return is_small(value, limit) ? Json(fmt::format("<{}", limit)) : Json(value);
}

std::string_view outcome_name(Outcome outcome) {
    static constexpr std::array<std::string_view, 4> names{"unknown", "quantitative", "binary",
                                                           "time_to_event"};
    return names[static_cast<std::size_t>(outcome)];
}

constexpr std::string_view limits =
    "These numbers describe the people evaluated; in other ancestries, ages, countries or ways of "
    "choosing people they may differ. Intervals contain chance, not bias. A score predicts, it "
    "does not explain.";

std::string_view meaning(std::string_view metric) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 18> texts{{
        {"r2", "share of the trait's variance that the score explains"},
        {"r2_covariates", "share that the covariates explain"},
        {"r2_full", "share that covariates and score explain together"},
        {"r2_incremental", "share that the score adds to the covariates"},
        {"auc", "chance that a case has a higher score than a control (0.5: useless)"},
        {"auc_full", "the same for covariates and score together"},
        {"auc_incremental", "what the score adds to the AUC of the covariates"},
        {"nagelkerke_r2", "explained likelihood over the covariates, 0 to 1"},
        {"liability_r2", "share of the variance in liability to disease"},
        {"c_index", "chance that of two people the one with the earlier event scores higher"},
        {"c_index_incremental", "what the score adds to the C-index of the covariates"},
        {"effect_per_sd", "trait units per standard deviation of the score"},
        {"odds_ratio_per_sd", "odds of disease per standard deviation of the score"},
        {"hazard_ratio_per_sd", "hazard per standard deviation of the score"},
        {"calibration_slope", "1 is right; below it predictions are too extreme"},
        {"calibration_intercept", "0 is right"},
        {"calibration_in_the_large", "0 is right; above it more happens than predicted"},
        {"brier", "mean squared error of predicted risks"},
    }};
    auto const found =
        std::ranges::find(texts, metric, [](auto const& text) { return text.first; });
    return found == texts.end() ? "" : found->second;
}

std::string interval_text(EvaluationRow const& row) {
    if (row.status != "ok") return row.status;
    if (!std::isfinite(row.lower)) return fmt::format("{:.3f}", row.estimate);
    return fmt::format("{:.3f} ({:.3f} to {:.3f})", row.estimate, row.lower, row.upper);
}

// The metrics of which gaps and groups are shown first.
bool is_main(std::string const& metric) {
    return metric == "r2" || metric == "auc" || metric == "c_index" ||
           metric == "calibration_slope";
}

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
    Json json{{"score", data.score.name},
              {"model", data.score.model},
              {"trait", data.trait},
              {"outcome", outcome_name(data.people.outcome)},
              {"covariates", data.covariates},
              {"samples",
               {{"in_store", flow.in_store},
                {"asked", told(flow.asked, limit)},
                {"used_in_training", told(flow.trained, limit)},
                {"without_trait", told(flow.without_trait, limit)},
                {"without_score_or_covariate", told(flow.without_others, limit)},
                {"used_to_recalibrate", told(flow.recalibrating, limit)},
                {"evaluated", data.people.size()}}},
              {"bootstrap", {{"replicates", request.replicates}, {"seed", request.seed}}},
              {"smallest_count_told", limit},
              {"limits", limits}};
    if (auto const& correction = data.score.recalibration) {
        json["recalibration"] = {{"intercept", correction->intercept},
                                 {"slope", correction->slope},
                                 {"samples", told(correction->samples, limit)}};
    }
    auto lines = Json::array();
    for (auto const& row : rows) {
        Json line{{"kind", to_string(row.kind)}, {"metric", row.metric}};
        if (!row.factor.empty()) line["factor"] = row.factor;
        line["group"] = row.group;
        if (!row.part.empty()) line["part"] = row.part;
        line["estimate"] = json_number(row.estimate);
        line["lower"] = json_number(row.lower);
        line["upper"] = json_number(row.upper);
        if (row.kind == RowKind::heterogeneity) {
            line["neg_log10_p"] = json_number(row.neg_log10_p);
        }
        line["samples"] = json_count(row.samples);
        line["cases"] = json_count(row.cases);
        if (!row.interval.empty()) line["interval"] = row.interval;
        if (row.undefined >= 0) line["undefined_replicates"] = row.undefined;
        line["status"] = row.status;
        lines.push_back(std::move(line));
    }
    json["rows"] = std::move(lines);
    return json.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string evaluation_summary(EvaluationData const& data, EvaluationRequest const& request,
                               std::vector<EvaluationRow> const& rows) {
    auto text = fmt::format("score '{}' and '{}': {} samples", data.score.name, data.trait,
                            data.people.size());
    if (!data.people.is_case.empty()) text += fmt::format(", {} with it", data.people.cases());
    text += '\n';
    for (auto const& row : rows) {
        if (row.kind != RowKind::estimate || !row.factor.empty()) continue;
        text += fmt::format("  {:<25} {:<28} {}\n", row.metric, interval_text(row),
                            meaning(row.metric));
    }
    for (auto const& row : rows) {
        if (row.factor.empty() || !(is_main(row.metric) || row.metric == "all")) continue;
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
    return text + fmt::format("{}\n", limits);
}

void write_whole(std::filesystem::path const& file, std::string const& text) {
    std::ofstream out{file, std::ios::trunc};
    out << text << std::flush;
    if (!out) {
        throw EnvironmentError{fmt::format(
            "'{}' cannot be written (permission or disk space); make room or choose another "
            "--out",
            file.string())};
    }
}

}  // namespace maniple

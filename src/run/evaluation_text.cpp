#include "evaluation_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/elementary.hpp"
namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json json_count(std::int64_t value) { return value < 0 ? Json(nullptr) : Json(value); }

// Three decimals; what rounds to zero has no sign.
std::string number_text(double value) {
    auto const text = fmt::format("{:.3f}", value);
    return text == "-0.000" ? "0.000" : text;
}

}  // namespace

std::string_view to_string(RowKind kind) {
    static constexpr std::array<std::string_view, 10> names{
        "estimate",  "gap",    "heterogeneity", "quantile", "calibration",
        "threshold", "pooled", "new_level",     "outcome",  "people"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view outcome_name(Outcome outcome) {
    static constexpr std::array<std::string_view, 4> names{"unknown", "quantitative", "binary",
                                                           "time_to_event"};
    return names[static_cast<std::size_t>(outcome)];
}

std::string_view meaning_of(std::string_view metric) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 21> texts{{
        {"r2", "share of the trait's variance that the score explains"},
        {"r2_covariates", "share that the covariates explain without the score"},
        {"r2_full", "share that covariates and score explain together"},
        {"r2_incremental", "what the score adds to the covariates' share"},
        {"auc", "chance that a case has a higher score than a control (0.5: useless)"},
        {"auc_covariates", "the same for the covariates without the score"},
        {"auc_full", "the same for covariates and score together"},
        {"auc_incremental", "what the score adds to the AUC of the covariates"},
        {"nagelkerke_r2", "explained likelihood over the covariates, 0 to 1"},
        {"liability_r2", "share of the variance in liability to disease"},
        {"c_index", "chance that of two people the one with the earlier event scores higher"},
        {"c_index_covariates", "the same for the covariates without the score"},
        {"c_index_full", "the same for covariates and score together"},
        {"c_index_incremental", "what the score adds to the C-index of the covariates"},
        {"effect_per_sd", "trait units per standard deviation of the score"},
        {"odds_ratio_per_sd", "times the odds of disease per standard deviation of the score"},
        {"hazard_ratio_per_sd", "times the hazard per standard deviation of the score"},
        {"calibration_slope", "1 is right; below it predictions are too extreme"},
        {"calibration_in_the_large",
         "observed less predicted: above 0 more happens than predicted"},
        {"brier", "mean squared error of predicted risks (at the horizon); 0 is best"},
        {"brier_skill", "share of that error saved against telling everybody the mean risk"},
    }};
    auto const found =
        std::ranges::find(texts, metric, [](auto const& text) { return text.first; });
    return found == texts.end() ? "" : found->second;
}

bool is_main_metric(std::string_view metric) {
    return metric == "r2" || metric == "auc" || metric == "c_index" ||
           metric == "calibration_slope";
}

std::string interval_text(EvaluationRow const& row) {
    if (row.status != "ok") return row.status;
    if (!std::isfinite(row.lower)) return number_text(row.estimate);
    return fmt::format("{} ({} to {})", number_text(row.estimate), number_text(row.lower),
                       number_text(row.upper));
}

std::string p_text(double neg_log10_p) {
    constexpr double smallest = 300;
    constexpr double natural = 2.302585092994046;  // log 10
    if (neg_log10_p > smallest) return "p < 1e-300";
    return fmt::format("p = {:.2g}", portable_exp(-natural * neg_log10_p));
}

std::string summary_line(std::string_view metric, std::string_view number, std::string_view what) {
    return fmt::format("  {:<25} {:<28} {}\n", metric, number, what);
}

std::string people_text(EvaluationRow const& row, Outcome outcome) {
    if (row.samples < 0) return "";
    auto text = fmt::format("{} samples", row.samples);
    if (row.cases < 0) return text;
    return fmt::format("{}, {} {}", text, row.cases,
                       outcome == Outcome::time_to_event ? "events" : "cases");
}

std::string thresholds_text(std::vector<EvaluationRow> const& rows) {
    std::string text;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        auto row = rows[r];
        bool const of_cases = row.metric == "true_positive_rate";
        if (row.kind != RowKind::threshold) continue;
        if (!of_cases && row.status == "ok") {
            row.estimate = 1 - row.estimate;
            row.lower = 1 - std::exchange(row.upper, 1 - row.lower);
        }
        text += summary_line(
            of_cases ? "sensitivity" : "specificity", interval_text(row),
            fmt::format("share of {} by {}{}", of_cases ? "cases called" : "controls not called",
                        row.part,
                        row.factor.empty() ? "" : fmt::format("; {} = {}", row.factor, row.group)));
    }
    return text;
}

std::string summary_end(std::vector<EvaluationRow> const& rows, EvaluationRequest const& request) {
    std::string text;
    bool const hidden = std::ranges::any_of(
        rows, [](EvaluationRow const& row) { return row.status == "suppressed"; });
    if (hidden) {
        text += fmt::format(
            "  Suppressed: counts under {} people, and what would let them be worked out.\n",
            request.least_people);
    }
    return text + fmt::format(
                      "{}\nAll numbers, with fifths and top shares of the score, calibration by "
                      "tenths and every gap: {}\n",
                      evaluation_limits, (request.run / "evaluation.tsv").string());
}

nlohmann::ordered_json json_lines(std::vector<EvaluationRow> const& rows) {
    auto lines = Json::array();
    for (auto const& row : rows) {
        Json line{{"kind", to_string(row.kind)}, {"metric", row.metric}};
        if (!row.factor.empty()) line["factor"] = row.factor;
        line["group"] = row.group;
        if (!row.part.empty()) line["part"] = row.part;
        line["estimate"] = json_number(row.estimate);
        line["lower"] = json_number(row.lower);
        line["upper"] = json_number(row.upper);
        if (std::isfinite(row.standard_error)) {
            bool const plain = row.scale == RowScale::plain;
            line[plain ? "standard_error" : "standard_error_of_log"] = row.standard_error;
        }
        if (row.degrees_of_freedom >= 0) {
            line["neg_log10_p"] = json_number(row.neg_log10_p);
            line["degrees_of_freedom"] = row.degrees_of_freedom;
        }
        line["samples"] = json_count(row.samples);
        line["cases"] = json_count(row.cases);
        if (!row.interval.empty()) line["interval"] = row.interval;
        if (row.undefined >= 0) line["undefined_replicates"] = row.undefined;
        line["status"] = row.status;
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace maniple

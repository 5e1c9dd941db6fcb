#include "evaluation_text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

Json json_number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json json_count(std::int64_t value) { return value < 0 ? Json(nullptr) : Json(value); }

}  // namespace

std::string_view outcome_name(Outcome outcome) {
    static constexpr std::array<std::string_view, 4> names{"unknown", "quantitative", "binary",
                                                           "time_to_event"};
    return names[static_cast<std::size_t>(outcome)];
}

std::string_view meaning_of(std::string_view metric) {
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

bool is_main_metric(std::string_view metric) {
    return metric == "r2" || metric == "auc" || metric == "c_index" ||
           metric == "calibration_slope";
}

std::string interval_text(EvaluationRow const& row) {
    if (row.status != "ok") return row.status;
    if (!std::isfinite(row.lower)) return fmt::format("{:.3f}", row.estimate);
    return fmt::format("{:.3f} ({:.3f} to {:.3f})", row.estimate, row.lower, row.upper);
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
    return lines;
}

}  // namespace maniple

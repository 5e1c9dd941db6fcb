#include "evaluation_words.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/elementary.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/model/calibration_line.hpp"
#include "number_words.hpp"

namespace maniple {

std::string metric_label(std::string_view metric) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 25> labels{{
        {"r2", "R²"},
        {"r2_covariates", "R² of the covariates"},
        {"r2_full", "R² of covariates and score"},
        {"r2_incremental", "R² that the score adds"},
        {"auc", "AUC"},
        {"auc_covariates", "AUC of the covariates"},
        {"auc_full", "AUC of covariates and score"},
        {"auc_incremental", "AUC that the score adds"},
        {"nagelkerke_r2", "Nagelkerke's R²"},
        {"liability_r2", "R² on the liability scale"},
        {"c_index", "C-index"},
        {"c_index_covariates", "C-index of the covariates"},
        {"c_index_full", "C-index of covariates and score"},
        {"c_index_incremental", "C-index that the score adds"},
        {"effect_per_sd", "Effect per SD of the score"},
        {"odds_ratio_per_sd", "Odds ratio per SD of the score"},
        {"hazard_ratio_per_sd", "Hazard ratio per SD of the score"},
        {"calibration_slope", "Calibration slope"},
        {"calibration_in_the_large", "Calibration in the large"},
        {"brier", "Brier score"},
        {"brier_skill", "Brier skill"},
        {"true_positive_rate", "True positive rate"},
        {"false_positive_rate", "False positive rate"},
        {"odds_ratio", "Odds ratio"},
        {"hazard_ratio", "Hazard ratio"},
    }};
    auto const found =
        std::ranges::find(labels, metric, [](auto const& label) { return label.first; });
    return std::string{found == labels.end() ? metric : found->second};
}

double useless_value(Outcome outcome) { return outcome == Outcome::quantitative ? 0 : 0.5; }

std::string_view effect_metric_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::binary:
            return "odds_ratio_per_sd";
        case Outcome::time_to_event:
            return "hazard_ratio_per_sd";
        default:
            return "effect_per_sd";
    }
}

namespace {

// Three significant digits, but three decimals of small numbers.
int decimals_of(double size) { return size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3; }

// Up to the step's first digit or the one behind it; below 0 where that is before the point.
int decimals_of_step(double step) {
    constexpr int none = -400;
    if (!std::isfinite(step) || step < std::numeric_limits<double>::min()) return none;
    return static_cast<int>(std::ceil(-std::log10(step) - 1e-9));
}

}  // namespace

std::string short_number(double value, double step) {
    if (!std::isfinite(value)) return "";
    auto const size = std::abs(value);
    constexpr double small = 1e-3;
    constexpr double large = 1e6;
    constexpr int most_digits = 15;  // That doubles tell apart.
    if (size == 0) return "0";
    auto const power = static_cast<int>(std::floor(std::log10(size)));
    auto const needed = std::min(decimals_of_step(step), most_digits - 1 - power);
    if (size < small || size >= large) {
        return fmt::format("{:.{}e}", value, std::max(2, power + needed));
    }
    return fmt::format("{:.{}f}", value, std::max(decimals_of(size), needed));
}

double step_of(double lower, double upper) {
    constexpr double parts = 10;
    return (upper - lower) / parts;
}

std::string given_number(double value) {
    auto text = short_number(value);
    constexpr double near = 1e-9;
    bool const is_same = text.empty() || std::abs(std::strtod(text.c_str(), nullptr) - value) <=
                                             near * std::abs(value);
    return is_same ? text : fmt::format("{:.6g}", value);
}

std::string percent(double share, double step) {
    if (!std::isfinite(share)) return "";
    auto const parts = 100 * share;
    constexpr int most_decimals = 12;  // Beyond them shares near 1 are not told apart.
    auto const decimals = std::max(std::abs(parts) < 1 && parts != 0 ? 2 : 1,
                                   std::min(decimals_of_step(100 * step), most_decimals));
    auto const text = fmt::format("{:.{}f}%", parts, decimals);
    bool const is_zero = text.find_first_of("123456789") == std::string::npos;
    return is_zero && text.front() == '-' ? text.substr(1) : text;
}

namespace {

template <class Text>
std::string interval_of(double estimate, double lower, double upper, Text const& text) {
    if (!std::isfinite(estimate)) return "";
    if (!std::isfinite(lower) || !std::isfinite(upper)) return text(estimate);
    return fmt::format("{} ({} to {})", text(estimate), text(lower), text(upper));
}

}  // namespace

std::string with_interval(double estimate, double lower, double upper) {
    auto const step = step_of(lower, upper);
    return interval_of(estimate, lower, upper, [&](double x) { return short_number(x, step); });
}

std::string percent_with_interval(double estimate, double lower, double upper) {
    auto const step = step_of(lower, upper);
    return interval_of(estimate, lower, upper, [&](double x) { return percent(x, step); });
}

std::string value_of(EvaluationRow const& row) {
    bool const has_number = row.status == "ok" || row.status == "reference";
    if (!has_number) return row.status;
    return with_interval(row.estimate, row.lower, row.upper);
}

std::string count_text(std::int64_t count) { return count < 0 ? "" : grouped(count); }

std::string_view noun_of_cases(Outcome outcome) {
    return outcome == Outcome::time_to_event ? "events" : "cases";
}

std::string name_of_part(std::string const& part) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 5> fifths{{
        {"fifth 1", "lowest fifth"},
        {"fifth 2", "second fifth"},
        {"fifth 3", "middle fifth"},
        {"fifth 4", "fourth fifth"},
        {"fifth 5", "highest fifth"},
    }};
    auto const found =
        std::ranges::find(fifths, part, [](auto const& fifth) { return fifth.first; });
    return found == fifths.end() ? part : std::string{found->second};
}

std::string p_in_words(double neg_log10_p) {
    return std::isfinite(neg_log10_p) ? "p = " + p_value_text(neg_log10_p) : std::string{};
}

std::vector<EvaluationRow const*> find_rows(EvaluationFile const& file, RowWanted const& wanted) {
    auto const fits = [](std::string_view asked, std::string const& found) {
        return asked.empty() || asked == found;
    };
    std::vector<EvaluationRow const*> rows;
    for (auto const& row : file.rows) {
        if (row.kind != wanted.kind || row.factor != wanted.factor) continue;
        if (!fits(wanted.metric, row.metric) || !fits(wanted.group, row.group)) continue;
        if (fits(wanted.part, row.part)) rows.push_back(&row);
    }
    return rows;
}

EvaluationRow const* find_row(EvaluationFile const& file, RowWanted const& wanted) {
    auto const rows = find_rows(file, wanted);
    return rows.empty() ? nullptr : rows.front();
}

bool has_interval(EvaluationRow const* row) {
    return row != nullptr && row->status == "ok" && std::isfinite(row->lower) &&
           std::isfinite(row->upper);
}

std::optional<Proportion> hazard_ratio_observed(EvaluationFile const& file) {
    auto const& line = file.curves.line;
    if (file.outcome != Outcome::time_to_event || !line) return std::nullopt;
    auto const at = line_at(*line, line->centre);
    if (!std::isfinite(at.lower) || !std::isfinite(at.upper)) return std::nullopt;
    return Proportion{portable_exp(at.value - line->centre), portable_exp(at.lower - line->centre),
                      portable_exp(at.upper - line->centre)};
}

std::vector<std::string> list_factors(EvaluationFile const& file) {
    std::vector<std::string> factors;
    for (auto const& row : file.rows) {
        if (row.kind != RowKind::estimate || row.factor.empty()) continue;
        if (std::ranges::count(factors, row.factor) == 0) factors.push_back(row.factor);
    }
    return factors;
}

}  // namespace maniple

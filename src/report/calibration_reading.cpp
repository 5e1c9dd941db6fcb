#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "evaluation_plots.hpp"
#include "evaluation_reading.hpp"
#include "maniple/stats/heterogeneity.hpp"
#include "reading_parts.hpp"

namespace maniple {
namespace {

// Where it stands in brackets itself.
std::string between_commas(EvaluationRow const& row) {
    auto const step = step_of(row.lower, row.upper);
    return fmt::format("{}, 95% interval {} to {}", short_number(row.estimate, step),
                       short_number(row.lower, step), short_number(row.upper, step));
}

ReportFinding read_slope(EvaluationRow const& row) {
    auto const slope = between_commas(row);
    constexpr double wide = 0.5;
    if (row.upper < 1) {
        return warn(fmt::format(
            "Predictions are too extreme (slope {}): high ones are too high and low ones too low.",
            slope));
    }
    if (row.lower > 1) {
        return warn(fmt::format(
            "Predictions are not extreme enough (slope {}): people differ by more than is "
            "predicted.",
            slope));
    }
    if (row.upper - row.lower > wide) {
        return warn(fmt::format(
            "Whether predictions are as far apart as people are cannot be told closely (slope {}; "
            "1 is right).",
            slope));
    }
    return say(fmt::format(
        "Predictions are not seen to be too extreme, nor too cautious (slope {}; 1 is right).",
        slope));
}

ReportFinding read_level(EvaluationRow const& row, Outcome outcome) {
    auto const level = between_commas(row);
    auto const unit = outcome == Outcome::quantitative ? "in units of the trait" : "in log odds";
    auto const what = outcome == Outcome::quantitative ? "values are" : "risk is";
    if (row.lower > 0) {
        return warn(fmt::format("On average the observed {} higher than predicted ({}, {}).", what,
                                level, unit));
    }
    if (row.upper < 0) {
        return warn(fmt::format("On average the observed {} lower than predicted ({}, {}).", what,
                                level, unit));
    }
    return say(fmt::format(
        "On average no difference between observed and predicted is seen ({}, {}; 0 is right).",
        level, unit));
}

// Of times to events, whose level is a ratio.
ReportFinding read_hazard(Proportion const& ratio) {
    auto const step = step_of(ratio.lower, ratio.upper);
    auto const text = fmt::format(
        "At the mean prediction the observed hazard was {} times the predicted one (95% interval "
        "{} to {}; 1 is right)",
        short_number(ratio.value, step), short_number(ratio.lower, step),
        short_number(ratio.upper, step));
    if (ratio.lower > 1) return warn(text + ": predicted risks are too low.");
    if (ratio.upper < 1) return warn(text + ": predicted risks are too high.");
    return say(text + ": no difference between observed and predicted is seen.");
}

// Cases by the tenths of the predictions, where no regression tells the level: predictions may be
// off by so much that it has no optimum.
std::optional<ReportFinding> read_shares(EvaluationFile const& file) {
    if (file.outcome != Outcome::binary) return std::nullopt;
    std::int64_t people = 0;
    std::int64_t cases = 0;
    double predicted = 0;
    for (auto const& bin : list_calibration_bins(file)) {
        if (bin.samples <= 0) continue;
        if (bin.cases < 0 || !std::isfinite(bin.predicted)) return std::nullopt;
        people += bin.samples;
        cases += bin.cases;
        predicted += bin.predicted * static_cast<double>(bin.samples);
    }
    if (people == 0) return std::nullopt;
    predicted /= static_cast<double>(people);
    auto const observed = wilson_interval(cases, people);
    auto const text =
        fmt::format("The mean predicted risk is {}, and the share of cases {}", percent(predicted),
                    percent_with_interval(observed.value, observed.lower, observed.upper));
    if (predicted < observed.lower) return warn(text + ": predicted risks are too low.");
    if (predicted > observed.upper) return warn(text + ": predicted risks are too high.");
    return say(text + ": no difference is seen on average.");
}

bool is_caution(ReportFinding const& finding) { return finding.kind == FindingKind::caution; }

// A pooled number, and where another level's is expected.
void read_pooled(EvaluationFile const& file, EvaluationRow const& row, double right,
                 ReportFinding own, std::vector<ReportFinding>& findings) {
    own.text = fmt::format("Pooled over {}: {}", row.part, own.text);
    findings.push_back(std::move(own));
    auto const* next =
        find_row(file, {.kind = RowKind::new_level, .metric = row.metric, .factor = file.left_out});
    if (!has_interval(next)) return;
    auto const step = step_of(next->lower, next->upper);
    auto const text = fmt::format(
        "In another level like these the {} is expected between {} and {} (95%; {} is right).",
        words_of(row.metric), short_number(next->lower, step), short_number(next->upper, step),
        right);
    bool const is_off = next->upper < right || next->lower > right;
    findings.push_back(is_off ? warn(text) : say(text));
}

// Where levels were left out, whose scores come from fits and so predict.
std::vector<ReportFinding> read_pooled_calibration(EvaluationFile const& file) {
    std::vector<ReportFinding> findings;
    if (auto const* slope = find_whole(file, "calibration_slope"); has_interval(slope)) {
        read_pooled(file, *slope, 1, read_slope(*slope), findings);
    }
    if (auto const* level = find_whole(file, "calibration_in_the_large"); has_interval(level)) {
        read_pooled(file, *level, 0, read_level(*level, file.outcome), findings);
    }
    if (findings.empty()) {
        findings.push_back(warn("Whether predictions are right could not be judged."));
    } else if (file.outcome == Outcome::time_to_event) {
        findings.push_back(
            warn("Whether as many events happened as are predicted was not judged: only how far "
                 "predictions are apart."));
    }
    if (std::ranges::any_of(findings, is_caution)) {
        findings.push_back(warn(fmt::format(
            "Do not read predictions of such a model as {} in another level before it is "
            "recalibrated there (maniple evaluate --recalibrate) and judged again.",
            file.outcome == Outcome::quantitative ? "values" : "risks")));
    }
    return findings;
}

}  // namespace

std::vector<ReportFinding> read_calibration(EvaluationFile const& file) {
    if (!file.left_out.empty()) return read_pooled_calibration(file);
    if (!file.prediction_covariates) {
        return {
            warn("The score only ranks people: it makes no predictions, and nothing here says what "
                 "anybody's risk is.")};
    }
    std::vector<ReportFinding> findings;
    auto const* slope = find_row(file, {.metric = "calibration_slope"});
    auto const* level = find_row(file, {.metric = "calibration_in_the_large"});
    if (has_interval(slope)) {
        findings.push_back(read_slope(*slope));
    } else if (slope != nullptr) {
        findings.push_back(warn(fmt::format(
            "Whether predictions are as far apart as people are could not be judged ({}).",
            slope->status)));
    }
    if (has_interval(level)) {
        findings.push_back(read_level(*level, file.outcome));
    } else if (auto const shares = read_shares(file)) {
        findings.push_back(*shares);
    }
    if (auto const ratio = hazard_ratio_observed(file)) findings.push_back(read_hazard(*ratio));
    if (findings.empty()) {
        findings.push_back(warn("Whether predictions are right could not be judged."));
    }
    if (file.outcome == Outcome::time_to_event && !hazard_ratio_observed(file)) {
        findings.push_back(
            warn("Whether as many events happened as are predicted could not be judged."));
    }
    if (file.outcome == Outcome::time_to_event && !file.horizon) {
        findings.push_back(warn(
            "No time was named by which risks of the event are predicted (--horizon): risks were "
            "not compared with what had happened by a time."));
    }
    if (std::ranges::any_of(findings, is_caution) && !file.recalibration) {
        findings.push_back(
            warn(fmt::format("Do not read predictions of this model as {} here before it is "
                             "recalibrated (maniple evaluate --recalibrate) and judged again.",
                             file.outcome == Outcome::quantitative ? "values" : "risks")));
    }
    return findings;
}

}  // namespace maniple

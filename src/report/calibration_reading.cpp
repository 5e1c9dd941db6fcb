#include <algorithm>

#include <fmt/format.h>

#include "evaluation_reading.hpp"
#include "evaluation_words.hpp"

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

}  // namespace

std::vector<ReportFinding> read_calibration(EvaluationFile const& file) {
    if (!file.left_out.empty()) return {};
    if (!file.prediction_covariates) {
        return {
            warn("The score only ranks people: it makes no predictions, and nothing here says what "
                 "anybody's risk is.")};
    }
    std::vector<ReportFinding> findings;
    auto const* slope = find_row(file, {.metric = "calibration_slope"});
    auto const* level = find_row(file, {.metric = "calibration_in_the_large"});
    if (has_interval(slope)) findings.push_back(read_slope(*slope));
    if (has_interval(level)) findings.push_back(read_level(*level, file.outcome));
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
    bool const is_off = std::ranges::any_of(findings, [](ReportFinding const& finding) {
        return finding.kind == FindingKind::caution;
    });
    if (is_off && !file.recalibration) {
        findings.push_back(
            warn("Do not read predictions of this model as risks here before it is recalibrated "
                 "(maniple evaluate --recalibrate) and judged again."));
    }
    return findings;
}

}  // namespace maniple

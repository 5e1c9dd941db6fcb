#include <algorithm>

#include <fmt/format.h>

#include "evaluation_reading.hpp"
#include "evaluation_words.hpp"
#include "reading_parts.hpp"

namespace maniple {
namespace {

ReportFinding read_pooled(EvaluationFile const& file, EvaluationRow const& mean) {
    auto const text = fmt::format("Pooled over {}, {} is {}.", mean.part, metric_label(mean.metric),
                                  with_interval(mean.estimate, mean.lower, mean.upper));
    if (file.outcome == Outcome::quantitative) {
        if (has_effect(file, 1)) return say(text);
        if (has_effect(file, -1)) {
            return warn(text +
                        " But higher scores go with lower values: it points the wrong way "
                        "round.");
        }
        return warn(text +
                    " R² is never below 0, and the pooled effect per standard deviation may be "
                    "none: that may be what a useless score has.");
    }
    auto const useless = useless_value(file.outcome);
    if (mean.lower > useless) return say(text);
    if (mean.upper < useless) {
        return warn(text + " A useless score has 0.5: this one ranks people the wrong way round.");
    }
    return warn(text + " That may be what a useless score has.");
}

ReportFinding read_new_level(EvaluationFile const& file) {
    auto const* next = find_row(
        file,
        {.kind = RowKind::new_level, .metric = main_metric(file.outcome), .factor = file.left_out});
    if (!has_interval(next)) {
        return warn("What to expect of another level cannot be told from so few.");
    }
    auto const step = step_of(next->lower, next->upper);
    return say(fmt::format("In another level like these it is expected between {} and {} (95%).",
                           short_number(next->lower, step), short_number(next->upper, step)));
}

void read_level_differences(EvaluationFile const& file, std::vector<ReportFinding>& findings) {
    auto const tests = list_tests(file, file.left_out);
    for (auto const* test : tests) {
        if (test->neg_log10_p <= corrected_threshold(tests.size())) continue;
        findings.push_back(warn(fmt::format(
            "Levels differ in {} by more than chance ({}): the pooled value hides that.",
            words_of(compared_metric(*test)), p_in_words(test->neg_log10_p))));
    }
}

}  // namespace

std::vector<ReportFinding> read_left_out(EvaluationFile const& file) {
    if (file.left_out.empty()) return {};
    auto const judged = std::ranges::count(file.levels, "ok", &LeftOutResult::status);
    std::vector<ReportFinding> findings{say(fmt::format(
        "{} of {} levels of '{}' were each predicted by a score that was fitted without them.",
        judged, file.levels.size(), file.left_out))};
    if (auto const* mean = find_whole(file, main_metric(file.outcome)); has_interval(mean)) {
        findings.push_back(read_pooled(file, *mean));
        findings.push_back(read_new_level(file));
    } else {
        findings.push_back(warn("They could not be pooled: look at each level."));
    }
    read_level_differences(file, findings);
    read_group_calibration(file, file.left_out, findings);
    read_few_groups(file, file.left_out, findings);
    std::vector<std::string> skipped;
    for (auto const& level : file.levels) {
        if (level.status != "ok") skipped.push_back(level.name);
    }
    if (!skipped.empty()) {
        findings.push_back(warn(fmt::format("Nothing is known of {}.", names_of(skipped))));
    }
    return findings;
}

}  // namespace maniple

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "evaluation_reading.hpp"
#include "evaluation_words.hpp"
#include "reading_parts.hpp"

namespace maniple {
namespace {

// "from 0.6 (0.5 to 0.7) in north to 0.8 (0.7 to 0.9) in south". \pre there are rows
std::string range_text(std::vector<EvaluationRow const*> const& rows) {
    auto const [lowest, highest] = std::ranges::minmax_element(
        rows, {}, [](EvaluationRow const* row) { return row->estimate; });
    auto const text = [](EvaluationRow const& row) {
        return fmt::format("{} in {}", with_interval(row.estimate, row.lower, row.upper),
                           row.group);
    };
    return fmt::format("from {} to {}", text(**lowest), text(**highest));
}

ReportFinding read_difference(EvaluationFile const& file, std::string const& factor,
                              double threshold) {
    auto const main = main_metric(file.outcome);
    auto const metric = metric_label(main);
    auto const rows = told_groups(file, factor, main);
    auto const tests = list_tests(file, factor);
    auto const found = std::ranges::find(
        tests, main, [](EvaluationRow const* test) { return compared_metric(*test); });
    if (rows.size() < 2 || found == tests.end()) {
        return warn(
            fmt::format("By {}: fewer than two groups have numbers, so that nothing can be said of "
                        "differences between them.",
                        factor));
    }
    auto const p = p_in_words((*found)->neg_log10_p);
    if ((*found)->neg_log10_p > threshold) {
        return warn(fmt::format(
            "By {}, groups differ in {} by more than chance ({}): {}. One number for everybody "
            "hides that.",
            factor, metric, p, range_text(rows)));
    }
    return say(fmt::format(
        "By {}, no difference in {} between groups is shown ({}): {}. That does not show that "
        "there is none; the gaps' intervals tell how large it may be.",
        factor, metric, p, range_text(rows)));
}

// Of calibration and of rates at thresholds: what differs by more than chance.
void read_other_differences(EvaluationFile const& file, std::string const& factor, double threshold,
                            std::vector<ReportFinding>& findings) {
    for (auto const* test : list_tests(file, factor)) {
        auto const metric = compared_metric(*test);
        if (metric == main_metric(file.outcome) || test->neg_log10_p <= threshold) continue;
        bool const is_rate = metric.ends_with("_positive_rate");
        auto rows = find_rows(file, {.kind = is_rate ? RowKind::threshold : RowKind::estimate,
                                     .metric = metric,
                                     .factor = factor,
                                     .part = is_rate ? test->part : std::string_view{}});
        std::erase_if(rows, [](auto const* row) { return !has_interval(row); });
        auto const range = rows.empty() ? std::string{} : ": " + range_text(rows);
        auto const p = p_in_words(test->neg_log10_p);
        findings.push_back(warn(
            is_rate ? fmt::format("By {}, rule {} treats groups differently by more than chance, "
                                  "in its {} ({}){}.",
                                  factor, test->part, words_of(metric), p, range)
                    : fmt::format("By {}, groups differ in {} by more than chance ({}){}. That of "
                                  "everybody together hides it.",
                                  factor, words_of(metric), p, range)));
    }
}

void read_hidden_groups(EvaluationFile const& file, std::string const& factor,
                        std::vector<ReportFinding>& findings) {
    std::vector<std::string> hidden;
    for (auto const* row : find_rows(file, {.metric = "all", .factor = factor})) {
        if (row->status == "suppressed") hidden.push_back(row->group);
    }
    if (hidden.empty()) return;
    findings.push_back(warn(fmt::format(
        "By {}, nothing is told of {}: too few people, or others could be worked out from them. "
        "Nobody knows from this page how the score serves them.",
        factor, names_of(hidden))));
}

}  // namespace

std::vector<ReportFinding> read_groups(EvaluationFile const& file) {
    if (!file.left_out.empty()) return {};
    auto const factors = list_factors(file);
    if (factors.empty()) {
        return {warn(
            "People were not divided into groups (--by): whether the score serves women and men, "
            "ages or ancestries alike was not asked.")};
    }
    std::size_t tests = 0;
    for (auto const& factor : factors) tests += list_tests(file, factor).size();
    auto const threshold = corrected_threshold(tests);
    std::vector<ReportFinding> findings;
    for (auto const& factor : factors) {
        findings.push_back(read_difference(file, factor, threshold));
        read_other_differences(file, factor, threshold, findings);
        read_group_calibration(file, factor, findings);
        read_hidden_groups(file, factor, findings);
        read_few_groups(file, factor, findings);
    }
    if (factors.size() > 1) {
        findings.push_back(warn(fmt::format(
            "{} columns were compared, and groups within them: some intervals leave out the truth "
            "by chance alone.",
            factors.size())));
    }
    return findings;
}

}  // namespace maniple

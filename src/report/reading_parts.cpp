#include "reading_parts.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/elementary.hpp"
#include "maniple/stats/heterogeneity.hpp"
#include "maniple/stats/normal.hpp"

namespace maniple {
namespace {

constexpr std::string_view test_ending = "_heterogeneity_q";

// A number of each group's calibration, and what it is where predictions are right.
struct CalibrationNumber {
    std::string_view metric;
    double right;
};
constexpr std::array<CalibrationNumber, 2> calibration_numbers{
    {{"calibration_in_the_large", 0}, {"calibration_slope", 1}}};

std::size_t count_calibrations(EvaluationFile const& file) {
    std::size_t count = 0;
    for (auto const& factor : list_factors(file)) {
        for (auto const& number : calibration_numbers) {
            count += told_groups(file, factor, number.metric).size();
        }
    }
    return count;
}

// Groups whose interval, widened for all that are looked at, lies beside what is right.
struct OffGroups {
    std::vector<std::string> below;
    std::vector<std::string> above;
};

OffGroups find_off(EvaluationFile const& file, std::string const& factor,
                   CalibrationNumber const& number) {
    auto const threshold = corrected_threshold(count_calibrations(file));
    OffGroups off;
    for (auto const* row : told_groups(file, factor, number.metric)) {
        auto const standard_error = (row->upper - row->lower) / (2 * normal_95());
        if (!(standard_error > 0)) continue;
        auto const z = (row->estimate - number.right) / standard_error;
        if (neg_log10_p_normal(z) <= threshold) continue;
        (z < 0 ? off.below : off.above).push_back(row->group);
    }
    return off;
}

// "too low in north and too high in south"; empty: nowhere.
std::string describe_off(OffGroups const& off, std::string_view below, std::string_view above) {
    std::string text;
    if (!off.above.empty()) text += fmt::format("{} in {}", above, names_of(off.above));
    if (off.below.empty()) return text;
    return fmt::format("{}{}{} in {}", text, text.empty() ? "" : ", and ", below,
                       names_of(off.below));
}

}  // namespace

bool is_few(EvaluationRow const& row, Outcome outcome) {
    return is_few(row.samples, row.cases, outcome);
}

bool is_few(std::int64_t samples, std::int64_t cases, Outcome outcome) {
    if (samples < 0) return false;
    // People without the event are not what times to events lack: their times count.
    auto const fewer = outcome == Outcome::time_to_event ? cases : std::min(cases, samples - cases);
    return samples < few_people || (cases >= 0 && fewer < few_cases);
}

EvaluationRow const* find_whole(EvaluationFile const& file, std::string_view metric) {
    if (file.left_out.empty()) return find_row(file, {.metric = metric});
    return find_row(file, {.kind = RowKind::pooled, .metric = metric, .factor = file.left_out});
}

bool has_effect(EvaluationFile const& file, double direction) {
    auto const* row = find_whole(file, effect_metric_of(file.outcome));
    if (!has_interval(row)) return false;
    auto const none = file.outcome == Outcome::quantitative ? 0.0 : 1.0;
    return direction > 0 ? row->lower > none : row->upper < none;
}

std::string names_of(std::vector<std::string> const& names) {
    constexpr std::size_t shown = 8;
    std::vector<std::string> some{
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(shown, names.size()))};
    auto const rest = names.size() - some.size();
    return fmt::format("{}{}", fmt::join(some, ", "),
                       rest > 0 ? fmt::format(" and {} more", rest) : "");
}

double corrected_threshold(std::size_t comparisons) {
    constexpr double surprising = 0.05;
    return -portable_log(surprising / static_cast<double>(std::max<std::size_t>(comparisons, 1))) /
           portable_log(10);
}

std::vector<EvaluationRow const*> told_groups(EvaluationFile const& file, std::string_view factor,
                                              std::string_view metric) {
    auto rows = find_rows(file, {.metric = metric, .factor = factor});
    std::erase_if(rows, [](auto const* row) { return !has_interval(row); });
    return rows;
}

std::string words_of(std::string_view metric) {
    auto label = metric_label(metric);
    constexpr std::array<std::string_view, 3> spelt{"Calibration", "True", "False"};
    bool const begins =
        std::ranges::any_of(spelt, [&](std::string_view word) { return label.starts_with(word); });
    if (begins) label.front() = static_cast<char>(label.front() - 'A' + 'a');
    return label;
}

std::string_view compared_metric(EvaluationRow const& test) {
    std::string_view const name = test.metric;
    return name.ends_with(test_ending) ? name.substr(0, name.size() - test_ending.size()) : "";
}

std::vector<EvaluationRow const*> list_tests(EvaluationFile const& file, std::string_view factor) {
    std::array<std::string_view, 5> const read{main_metric(file.outcome),
                                               "calibration_in_the_large", "calibration_slope",
                                               "true_positive_rate", "false_positive_rate"};
    auto tests = find_rows(file, {.kind = RowKind::heterogeneity, .factor = factor});
    std::erase_if(tests, [&](EvaluationRow const* test) {
        return !std::isfinite(test->neg_log10_p) ||
               std::ranges::count(read, compared_metric(*test)) == 0;
    });
    return tests;
}

void read_few_groups(EvaluationFile const& file, std::string const& factor,
                     std::vector<ReportFinding>& findings) {
    std::vector<std::string> few;
    for (auto const* row : told_groups(file, factor, main_metric(file.outcome))) {
        if (is_few(*row, file.outcome)) few.push_back(row->group);
    }
    if (few.empty()) return;
    findings.push_back(warn(fmt::format(
        "By {}, fewer than {} people{} stand behind the numbers of {}: read their intervals, not "
        "their estimates.",
        factor, few_people,
        file.outcome == Outcome::quantitative ? ""
        : file.outcome == Outcome::binary
            ? fmt::format(", or fewer than {} cases or controls", few_cases)
            : fmt::format(", or fewer than {} events", few_cases),
        names_of(few))));
}

void read_group_calibration(EvaluationFile const& file, std::string const& factor,
                            std::vector<ReportFinding>& findings) {
    auto const add = [&](std::string const& off, CalibrationNumber const& number) {
        if (off.empty()) return;
        findings.push_back(warn(fmt::format(
            "By {}, predictions are {} (the group's own {} differs from {} by more than chance, "
            "0.05 being shared by {} such numbers). Do not read them as {} there.",
            factor, off, words_of(number.metric), number.right, count_calibrations(file),
            file.outcome == Outcome::quantitative ? "values" : "risks")));
    };
    auto const& [level, slope] = calibration_numbers;
    add(describe_off(find_off(file, factor, level), "too high", "too low"), level);
    add(describe_off(find_off(file, factor, slope), "too extreme", "not extreme enough"), slope);
}

}  // namespace maniple

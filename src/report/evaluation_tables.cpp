#include "evaluation_tables.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "evaluation_plots.hpp"
#include "evaluation_words.hpp"
#include "maniple/core/readable.hpp"
#include "number_words.hpp"
#include "reporting_items.hpp"

namespace maniple {
namespace {

using Kind = ColumnKind;

// Missing where it is not told, sorted by its digits.
PageCell told_count_cell(std::int64_t count) {
    if (count < 0) return PageCell{""};
    return PageCell{grouped(count), std::to_string(count)};
}

PageCell interval_cell(std::string text, double estimate, double lower, double upper) {
    PageCell cell{std::move(text), fmt::format("{}", estimate)};
    if (std::isfinite(lower) && std::isfinite(upper)) {
        cell.exact = fmt::format("{} {} {}", estimate, lower, upper);
    }
    return cell;
}

// "0.72 (0.68 to 0.76)", or why there is no number.
PageCell estimate_cell(EvaluationRow const* row) {
    if (row == nullptr) return PageCell{""};
    if (!std::isfinite(row->estimate)) return PageCell{row->status, ""};
    return interval_cell(value_of(*row), row->estimate, row->lower, row->upper);
}

PageCell bin_cell(double estimate, double lower, double upper) {
    if (!std::isfinite(estimate)) return PageCell{""};
    return interval_cell(with_interval(estimate, lower, upper), estimate, lower, upper);
}

// Between ascending numbers; 0 where there are fewer than two.
double least_step(std::vector<double> const& numbers) {
    double least = 0;
    for (std::size_t i = 1; i < numbers.size(); ++i) {
        auto const step = numbers[i] - numbers[i - 1];
        if (i == 1 || step < least) least = step;
    }
    return least;
}

void add_metric(PageTable& table, EvaluationRow const& row, std::string_view what) {
    auto const step = step_of(row.lower, row.upper);
    table.rows.push_back(
        {{metric_label(row.metric) + std::string{what}, short_cell(row.estimate, step),
          short_cell(row.lower, step), short_cell(row.upper, step), row.interval, row.status}});
}

std::string people_heading(EvaluationFile const& file) {
    return file.outcome == Outcome::time_to_event ? "Events" : "Cases";
}

// Of all of a factor's groups the gaps are to one, whose own is not there.
std::string reference_of(EvaluationFile const& file, std::string const& factor) {
    auto const* gap = find_row(
        file, {.kind = RowKind::gap, .metric = main_metric(file.outcome), .factor = factor});
    if (gap == nullptr) return "";
    auto const space = gap->part.find(' ');  // "less north"
    return space == std::string::npos ? "" : gap->part.substr(space + 1);
}

PageRow group_row(EvaluationFile const& file, std::string const& factor, std::string const& group,
                  EvaluationRow const& first) {
    auto const main = main_metric(file.outcome);
    auto const find = [&](RowKind kind) {
        return find_row(file, {.kind = kind, .metric = main, .factor = factor, .group = group});
    };
    PageRow row{{factor, group, told_count_cell(first.samples)}};
    if (file.outcome != Outcome::quantitative) row.cells.push_back(told_count_cell(first.cases));
    auto const* accuracy = find(RowKind::estimate);
    row.cells.push_back(accuracy != nullptr ? estimate_cell(accuracy) : PageCell{first.status, ""});
    row.cells.push_back(group == reference_of(file, factor) ? PageCell{"reference", ""}
                                                            : estimate_cell(find(RowKind::gap)));
    return row;
}

// Of a group's rate by a rule; all gaps by it are to one group.
PageCell rate_gap_cell(EvaluationFile const& file, EvaluationRow const& rate,
                       std::string_view metric) {
    if (rate.factor.empty()) return PageCell{""};
    auto const to_reference = rate.part + ", less ";
    for (auto const* gap :
         find_rows(file, {.kind = RowKind::gap, .metric = metric, .factor = rate.factor})) {
        if (!gap->part.starts_with(to_reference)) continue;
        if (gap->part.substr(to_reference.size()) == rate.group) return PageCell{"reference", ""};
        if (gap->group == rate.group) return estimate_cell(gap);
    }
    return PageCell{""};
}

// One line of each group: its first.
std::vector<EvaluationRow const*> list_groups(EvaluationFile const& file) {
    std::vector<EvaluationRow const*> groups;
    for (auto const& factor : list_factors(file)) {
        std::vector<std::string> seen;
        for (auto const* row : find_rows(file, {.factor = factor})) {
            if (std::ranges::count(seen, row->group) > 0) continue;
            seen.push_back(row->group);
            groups.push_back(row);
        }
    }
    return groups;
}

}  // namespace

PageCell short_cell(double value, double step) {
    if (!std::isfinite(value)) return PageCell{""};
    PageCell cell{short_number(value, step), fmt::format("{}", value)};
    cell.exact = *cell.sort_value;
    return cell;
}

PageTable metrics_table(EvaluationFile const& file) {
    PageTable table{.caption = "Metrics of everybody evaluated, with 95% intervals",
                    .file = "metrics.tsv",
                    .columns = {{"Metric"},
                                {"Estimate", Kind::number},
                                {"Lower", Kind::number},
                                {"Upper", Kind::number},
                                {"Interval by"},
                                {"Status"}},
                    .rows = {}};
    if (file.left_out.empty()) {
        for (auto const* row : find_rows(file, {})) add_metric(table, *row, "");
        if (auto const ratio = hazard_ratio_observed(file)) {
            table.rows.push_back(
                {{"Observed over predicted hazard at the mean prediction", short_cell(ratio->value),
                  short_cell(ratio->lower), short_cell(ratio->upper), "poisson", "ok"}});
        }
        return table;
    }
    table.caption =
        fmt::format("Metrics pooled over levels of {}, with 95% intervals", file.left_out);
    for (auto const* row : find_rows(file, {.kind = RowKind::pooled, .factor = file.left_out})) {
        add_metric(table, *row, ", pooled");
        auto const* next = find_row(
            file, {.kind = RowKind::new_level, .metric = row->metric, .factor = file.left_out});
        if (next != nullptr) add_metric(table, *next, ", of a new level");
    }
    return table;
}

PageTable groups_table(EvaluationFile const& file) {
    auto const label = metric_label(main_metric(file.outcome));
    PageTable table{.caption = "Groups, and how they differ from their reference group",
                    .file = "groups.tsv",
                    .columns = {{"Column"}, {"Group"}, {"People", Kind::number}},
                    .rows = {}};
    if (file.outcome != Outcome::quantitative) {
        table.columns.push_back({people_heading(file), Kind::number});
    }
    table.columns.push_back({label, Kind::number});
    table.columns.push_back({fmt::format("Gap in {}", label), Kind::number});
    for (auto const* row : list_groups(file)) {
        table.rows.push_back(group_row(file, row->factor, row->group, *row));
    }
    return table;
}

PageTable group_calibration_table(EvaluationFile const& file) {
    PageTable table{.caption = "Calibration by group",
                    .file = "group-calibration.tsv",
                    .columns = {{"Column"},
                                {"Group"},
                                {"Slope (1 is right)", Kind::number},
                                {"In the large (0 is right)", Kind::number}},
                    .rows = {}};
    for (auto const* row : list_groups(file)) {
        auto const find = [&](std::string_view metric) {
            return find_row(file, {.metric = metric, .factor = row->factor, .group = row->group});
        };
        auto const* slope = find("calibration_slope");
        auto const* level = find("calibration_in_the_large");
        if (slope == nullptr && level == nullptr) continue;
        table.rows.push_back(
            {{row->factor, row->group, estimate_cell(slope), estimate_cell(level)}});
    }
    return table;
}

PageTable rates_table(EvaluationFile const& file) {
    PageTable table{.caption = "Who is called at thresholds: rates by group",
                    .file = "rates.tsv",
                    .columns = {{"Rule"},
                                {"Column"},
                                {"Group"},
                                {"True positive rate", Kind::number},
                                {"Gap in true positive rate", Kind::number},
                                {"False positive rate", Kind::number},
                                {"Gap in false positive rate", Kind::number}},
                    .rows = {}};
    for (auto const& row : file.rows) {
        if (row.kind != RowKind::threshold || row.metric != "true_positive_rate") continue;
        auto const* other = find_row(file, {.kind = RowKind::threshold,
                                            .metric = "false_positive_rate",
                                            .factor = row.factor,
                                            .group = row.group,
                                            .part = row.part});
        table.rows.push_back(
            {{row.part, row.factor.empty() ? "everybody" : row.factor, row.group,
              estimate_cell(&row), rate_gap_cell(file, row, "true_positive_rate"),
              estimate_cell(other), rate_gap_cell(file, row, "false_positive_rate")}});
    }
    return table;
}

PageTable differences_table(EvaluationFile const& file) {
    PageTable table{.caption = "Do groups differ by more than chance (Cochran's Q)?",
                    .file = "differences.tsv",
                    .columns = {{"Column"},
                                {"Metric"},
                                {"Q", Kind::number},
                                {"Degrees of freedom", Kind::number},
                                {"p", Kind::number}},
                    .rows = {}};
    constexpr std::string_view end = "_heterogeneity_q";
    for (auto const& row : file.rows) {
        if (row.kind != RowKind::heterogeneity || !row.metric.ends_with(end)) continue;
        auto const metric = row.metric.substr(0, row.metric.size() - end.size());
        auto const what = metric_label(metric);
        table.rows.push_back(
            {{row.factor,
              row.part.empty() || !file.left_out.empty() ? what
                                                         : fmt::format("{}, {}", what, row.part),
              short_cell(row.estimate), told_count_cell(row.degrees_of_freedom),
              std::isfinite(row.neg_log10_p) ? p_cell(row.neg_log10_p)
                                             : PageCell{row.status, ""}}});
    }
    return table;
}

PageTable calibration_table(EvaluationFile const& file) {
    PageTable table{.caption = "Predicted and observed outcome by tenth of the prediction",
                    .file = "calibration.tsv",
                    .columns = {{"Predictions"},
                                {"People", Kind::number},
                                {"Predicted", Kind::number},
                                {"Observed", Kind::number},
                                {"Status"}},
                    .rows = {}};
    for (auto const& bin : list_calibration_bins(file)) {
        table.rows.push_back({{bin.label, told_count_cell(bin.samples),
                               short_cell(bin.predicted, step_of(bin.lower, bin.upper)),
                               bin_cell(bin.observed, bin.lower, bin.upper), bin.status}});
    }
    return table;
}

PageTable outcome_table(EvaluationFile const& file) {
    PageTable table{.caption = "Outcome by quantile of the score",
                    .file = "quantiles.tsv",
                    .columns = {{"Score"}, {"People", Kind::number}},
                    .rows = {}};
    bool const has_cases = file.outcome != Outcome::quantitative;
    if (has_cases) table.columns.push_back({people_heading(file), Kind::number});
    table.columns.push_back({"Observed", Kind::number});
    table.columns.push_back({"Predicted", Kind::number});
    for (auto const& bin : list_outcome_bins(file)) {
        PageRow row{{bin.label, told_count_cell(bin.samples)}};
        if (has_cases) row.cells.push_back(told_count_cell(bin.cases));
        row.cells.push_back(bin_cell(bin.observed, bin.lower, bin.upper));
        row.cells.push_back(short_cell(bin.predicted, step_of(bin.lower, bin.upper)));
        table.rows.push_back(std::move(row));
    }
    return table;
}

PageTable contrasts_table(EvaluationFile const& file) {
    PageTable table{
        .caption = fmt::format("Against the middle fifth of the score{}",
                               file.covariates.empty() ? "" : ", beside the covariates"),
        .file = "contrasts.tsv",
        .columns = {{"Score"}, {"People", Kind::number}, {"Contrast", Kind::number}},
        .rows = {}};
    for (auto const* row : find_rows(file, {.kind = RowKind::quantile})) {
        table.columns.back().title = row->metric == "difference"
                                         ? fmt::format("Difference in {}", file.trait)
                                         : metric_label(row->metric);
        table.rows.push_back({{row->part.empty() ? "fifths" : name_of_part(row->part),
                               told_count_cell(row->samples), estimate_cell(row)}});
    }
    return table;
}

PageTable incidence_table(EvaluationFile const& file) {
    PageTable table{.caption =
                        "Share with the event by group of the score, as if nobody died of "
                        "anything else (unless that is part of the event)",
                    .file = "incidence.tsv",
                    .columns = {{"Score"},
                                {"Time", Kind::number},
                                {"Share with the event", Kind::number},
                                {"Followed beyond", Kind::number}},
                    .rows = {}};
    for (auto const& curve : file.curves.incidence) {
        auto const name = name_of_part(curve.group);
        if (curve.times.empty()) table.rows.push_back({{name, "", curve.status, ""}});
        auto const step = least_step(curve.times);
        for (std::size_t t = 0; t < curve.times.size(); ++t) {
            table.rows.push_back({{name, short_cell(curve.times[t], step),
                                   bin_cell(curve.incidence[t], curve.lower[t], curve.upper[t]),
                                   told_count_cell(curve.at_risk[t])}});
        }
    }
    return table;
}

std::string_view name_of_scale(HistogramScale scale) {
    switch (scale) {
        case HistogramScale::predicted_value:
            return "Predicted value";
        case HistogramScale::predicted_risk:
            return "Predicted risk";
        default:
            return "Score";
    }
}

PageTable histogram_table(PeopleHistogram const& histogram) {
    auto what = std::string{name_of_scale(histogram.scale)};
    what.front() = static_cast<char>(what.front() - 'A' + 'a');
    PageTable table{
        .caption = fmt::format("People by {}", what),
        .file = "distribution.tsv",
        .columns = {{"Above", Kind::number}, {"Up to", Kind::number}, {"People", Kind::number}},
        .rows = {}};
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
        table.rows.push_back(
            {{i == 0 ? PageCell{""} : short_cell(histogram.bounds[i - 1], histogram.step),
              i == histogram.bounds.size() ? PageCell{""}
                                           : short_cell(histogram.bounds[i], histogram.step),
              told_count_cell(histogram.counts[i])}});
    }
    return table;
}

PageTable reporting_table(EvaluationFile const& file) {
    PageTable table{.caption = "Items of the Polygenic Risk Score Reporting Standards",
                    .file = "prs-rs.tsv",
                    .columns = {{"Area"}, {"Item"}, {"What this run knows"}, {"To do"}},
                    .rows = {}};
    for (auto const& item : list_reporting_items(file)) {
        auto const missing = item.known.empty();
        table.rows.push_back({{item.area, item.item, item.known,
                               missing            ? "to be filled in by the authors"
                               : item.is_complete ? "nothing more is needed of the run"
                                                  : "to be completed by the authors"}});
    }
    return table;
}

}  // namespace maniple

#include "forest_plot.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "evaluation_words.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/report/svg_plot.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_drawn = 80;  // The table has the others.

// Of everybody or of all levels, not of one group.
bool is_whole(EvaluationRow const& row) {
    return row.factor.empty() || row.kind != RowKind::estimate;
}

Json describe(std::string_view metric, Outcome outcome, std::vector<ForestRow> const& rows) {
    auto list = Json::array();
    for (auto const& [label, row] : rows) {
        auto const number = [](double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); };
        list.push_back({{"label", label},
                        {"whole", is_whole(*row)},
                        {"samples", count_text(row->samples)},
                        {"cases", count_text(row->cases)},
                        {"estimate", number(row->estimate)},
                        {"lower", number(row->lower)},
                        {"upper", number(row->upper)},
                        {"status", row->status}});
    }
    return {{"metric", metric_label(metric)},
            {"noun", noun_of_cases(outcome)},
            {"reference", useless_value(outcome)},
            {"rows", std::move(list)}};
}

std::string draw(std::string const& source, std::string const& metric, double useless,
                 std::vector<ForestRow> const& rows) {
    constexpr double row_height = 26;
    constexpr double margins = 80;
    double least = useless;
    double most = useless;
    std::vector<std::string> labels;
    for (auto const& [label, row] : rows) {
        for (auto x : {row->estimate, row->lower, row->upper}) {
            if (!std::isfinite(x)) continue;
            least = std::fmin(least, x);
            most = std::fmax(most, x);
        }
        labels.push_back(label);
    }
    std::ranges::reverse(labels);
    auto const count = static_cast<double>(rows.size());
    SvgPlot plot{{.width = 860, .height = margins + row_height * count, .left = 240},
                 linear_axis(metric, least, most),
                 category_axis("", labels)};
    constexpr double beyond = 0.5;
    plot.add_line(std::vector{useless, useless}, std::vector{-beyond, count - beyond},
                  PlotColour::muted, PlotLine::dashed);
    auto y = count - 1;
    for (auto const& [label, row] : rows) {
        plot.add_line(std::vector{row->lower, row->upper}, std::vector{y, y}, PlotColour::ink);
        plot.add_points(std::vector{row->estimate}, std::vector{y},
                        is_whole(*row) ? PlotColour::accent : PlotColour::series_1, 8);
        if (!std::isfinite(row->estimate)) plot.add_label(useless, y, row->status);
        y -= 1;
    }
    return std::move(plot).finish(picture_id(source), fmt::format("{} by group", metric));
}

}  // namespace

PagePlot forest_plot(std::string const& source, std::string_view metric, Outcome outcome,
                     std::vector<ForestRow> const& rows) {
    expect(!rows.empty(), "a forest has rows");

    auto const useless = useless_value(outcome);
    auto const title = metric_label(metric);
    std::vector<ForestRow> const drawn{
        rows.begin(),
        rows.begin() + static_cast<std::ptrdiff_t>(std::min(most_drawn, rows.size()))};
    std::int64_t with_number = 0;
    for (auto const& row : rows) with_number += std::isfinite(row.row->estimate) ? 1 : 0;
    auto caption = fmt::format(
        "{} with 95% intervals; {} of {} rows have a number. The dashed line "
        "is what a useless score has.",
        title, with_number, rows.size());
    if (drawn.size() < rows.size()) {
        caption += fmt::format(" The picture shows the first {}.", drawn.size());
    }
    return {{.kind = "forest",
             .source = source,
             .title = title,
             .svg = draw(source, title, useless, drawn),
             .caption = caption},
            describe(metric, outcome, rows)};
}

}  // namespace maniple

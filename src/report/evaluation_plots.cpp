#include "evaluation_plots.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "evaluation_words.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/model/calibration_line.hpp"
#include "maniple/model/logistic_regression.hpp"
#include "maniple/report/svg_plot.hpp"
#include "people_histogram.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;
using Numbers = std::vector<double>;

// Smallest and largest of the numbers seen.
struct Reach {
    double least = std::numeric_limits<double>::infinity();
    double most = -std::numeric_limits<double>::infinity();

    void hold(double x) {
        if (!std::isfinite(x)) return;
        least = std::fmin(least, x);
        most = std::fmax(most, x);
    }
    bool is_known() const { return least <= most; }
};

Numbers gather(std::vector<OutcomeBin> const& bins, double OutcomeBin::*field) {
    Numbers numbers;
    for (auto const& bin : bins) numbers.push_back(bin.*field);
    return numbers;
}

std::vector<std::string> labels_of(std::vector<OutcomeBin> const& bins) {
    std::vector<std::string> labels;
    for (auto const& bin : bins) labels.push_back(bin.label);
    return labels;
}

// Intervals as upright lines. \param x  one per bin.
void add_intervals(SvgPlot& plot, Numbers const& x, std::vector<OutcomeBin> const& bins) {
    for (std::size_t b = 0; b < bins.size(); ++b) {
        plot.add_line(Numbers{x[b], x[b]}, Numbers{bins[b].lower, bins[b].upper}, PlotColour::ink);
    }
}

std::string outcome_title(EvaluationFile const& file, std::string_view which) {
    switch (file.outcome) {
        case Outcome::binary:
            return fmt::format("{} share of cases", which);
        case Outcome::time_to_event:
            return fmt::format("{} share with the event", which);
        default:
            return fmt::format("{} {}", which, file.trait);
    }
}

std::string outcome_value(EvaluationFile const& file, double value, double step) {
    if (!std::isfinite(value)) return "not told";
    return file.outcome == Outcome::quantitative ? short_number(value, step) : percent(value, step);
}

Json ends_of(PlotAxis const& axis) { return plot_numbers({axis.least, axis.most}); }

// Without a label where both axes begin, which the other one's would cover.
PlotAxis without_corner(PlotAxis axis) {
    if (!axis.ticks.empty() && axis.ticks.front().value <= axis.least) {
        axis.ticks.erase(axis.ticks.begin());
    }
    return axis;
}

// The calibration line on the scale of outcomes; nothing for times to events, whose line is of
// hazards.
struct OutcomeCurve {
    Numbers predicted;
    Numbers observed;
};

OutcomeCurve sample_line(EvaluationFile const& file, Reach const& reach) {
    constexpr int points = 60;
    OutcomeCurve curve;
    auto const& line = file.curves.line;
    bool const is_usable = line && line->status == FitStatus::ok &&
                           file.outcome != Outcome::time_to_event && reach.least < reach.most;
    if (!is_usable) return curve;
    for (int i = 0; i <= points; ++i) {
        auto const x = reach.least + (reach.most - reach.least) * i / points;
        bool const is_risk = file.outcome == Outcome::binary;
        if (is_risk && !(x > 0 && x < 1)) continue;
        auto const at = line_at(*line, is_risk ? portable_log(x / (1 - x)) : x).value;
        curve.predicted.push_back(x);
        curve.observed.push_back(is_risk ? logistic(at) : at);
    }
    return curve;
}

struct CalibrationAxes {
    PlotAxis predicted;
    PlotAxis observed;
};

PeopleHistogram const* prediction_histogram(EvaluationFile const& file) {
    auto const& histogram = file.curves.histogram;
    return histogram && histogram->scale != HistogramScale::score ? &*histogram : nullptr;
}

Json calibration_data(EvaluationFile const& file, std::vector<OutcomeBin> const& bins,
                      OutcomeCurve const& curve, CalibrationAxes const& axes) {
    auto const* histogram = prediction_histogram(file);
    auto samples = Json::array();
    for (auto const& bin : bins)
        samples.push_back(bin.samples < 0 ? Json(nullptr) : Json(bin.samples));
    Json data{{"axes", {axes.predicted.title, axes.observed.title}},
              {"ranges", {ends_of(axes.predicted), ends_of(axes.observed)}},
              {"points",
               {{"predicted", plot_numbers(gather(bins, &OutcomeBin::predicted))},
                {"observed", plot_numbers(gather(bins, &OutcomeBin::observed))},
                {"lower", plot_numbers(gather(bins, &OutcomeBin::lower))},
                {"upper", plot_numbers(gather(bins, &OutcomeBin::upper))},
                {"samples", std::move(samples)}}}};
    if (!curve.predicted.empty()) {
        data["curve"] = {{"predicted", plot_numbers(curve.predicted)},
                         {"observed", plot_numbers(curve.observed)}};
    }
    if (histogram != nullptr) {
        data["histogram"] = {{"edges", plot_numbers(edges_of(*histogram))},
                             {"counts", histogram->counts}};
    }
    return data;
}

std::string draw_calibration(EvaluationFile const& file, std::vector<OutcomeBin> const& bins,
                             OutcomeCurve const& curve, CalibrationAxes const& axes,
                             std::string const& source) {
    constexpr double bar_share = 0.15;
    auto const& [x_axis, y_axis] = axes;
    SvgPlot plot{{.width = 560, .height = 480}, without_corner(x_axis), y_axis};
    if (auto const* histogram = prediction_histogram(file)) {
        add_bars(plot, *histogram, y_axis.least, bar_share * (y_axis.most - y_axis.least),
                 PlotColour::band);
    }
    auto const low = std::fmax(x_axis.least, y_axis.least);
    auto const high = std::fmin(x_axis.most, y_axis.most);
    if (low < high) {
        plot.add_line(Numbers{low, high}, Numbers{low, high}, PlotColour::muted, PlotLine::dashed);
    }
    plot.add_line(curve.predicted, curve.observed, PlotColour::series_1);
    auto const predicted = gather(bins, &OutcomeBin::predicted);
    add_intervals(plot, predicted, bins);
    plot.add_points(predicted, gather(bins, &OutcomeBin::observed), PlotColour::accent, 8);
    return std::move(plot).finish(picture_id(source), "Observed against predicted outcome");
}

}  // namespace

std::optional<PagePlot> calibration_plot(EvaluationFile const& file) {
    auto const bins = list_calibration_bins(file);
    Reach across;
    Reach up;
    for (auto const& bin : bins) {
        across.hold(bin.predicted);
        for (auto x : {bin.observed, bin.lower, bin.upper}) up.hold(x);
    }
    if (!across.is_known() || !up.is_known()) return std::nullopt;
    if (auto const* histogram = prediction_histogram(file)) {
        for (auto edge : edges_of(*histogram)) across.hold(edge);
    }
    if (file.outcome != Outcome::quantitative) {
        across.hold(0);
        up.hold(0);
    }
    auto const curve = sample_line(file, across);
    for (auto x : curve.observed) up.hold(x);
    CalibrationAxes const axes{
        linear_axis(outcome_title(file, "Predicted"), across.least, across.most),
        linear_axis(outcome_title(file, "Observed"), up.least, up.most)};
    std::string const source = "calibration-data";
    std::string caption =
        "Points: mean prediction and observed outcome in each tenth of the predictions, with 95% "
        "intervals. On the dashed line predictions are right.";
    if (!curve.predicted.empty()) caption += " Curve: regression of the outcome on the prediction.";
    if (file.outcome == Outcome::time_to_event) {
        caption +=
            " Predicted and observed as if nobody died of anything else, unless that is part of "
            "the event.";
    }
    if (prediction_histogram(file) != nullptr) {
        caption += " Bars: people by prediction, the outermost with all beyond.";
    }
    return PagePlot{{.kind = "calibration",
                     .source = source,
                     .title = "Calibration",
                     .svg = draw_calibration(file, bins, curve, axes, source),
                     .caption = caption},
                    calibration_data(file, bins, curve, axes)};
}

std::optional<PagePlot> quantile_plot(EvaluationFile const& file) {
    auto const bins = list_outcome_bins(file);
    Reach up;
    for (auto const& bin : bins) {
        for (auto x : {bin.observed, bin.lower, bin.upper, bin.predicted}) up.hold(x);
    }
    if (bins.size() < 2 || !up.is_known()) return std::nullopt;
    if (file.outcome != Outcome::quantitative) up.hold(0);
    std::string const source = "quantile-data";
    auto const labels = labels_of(bins);
    auto const observed = gather(bins, &OutcomeBin::observed);
    auto const predicted = gather(bins, &OutcomeBin::predicted);
    auto const axis = linear_axis(outcome_title(file, "Observed"), up.least, up.most);
    SvgPlot plot{
        {.width = 700, .height = 360}, category_axis("Score, from the lowest on", labels), axis};
    Numbers x;
    for (std::size_t b = 0; b < bins.size(); ++b) x.push_back(static_cast<double>(b));
    bool const is_predicted =
        std::ranges::any_of(predicted, [](double value) { return std::isfinite(value); });
    if (is_predicted) {
        plot.add_line(x, predicted, PlotColour::series_1, PlotLine::dashed);
        plot.add_key("predicted (dashed)", PlotColour::series_1);
    }
    add_intervals(plot, x, bins);
    plot.add_points(x, observed, PlotColour::accent, 8);
    plot.add_key("observed", PlotColour::accent);
    auto const time = common_time(file);
    auto const step = step_of(0, std::abs(observed.back() - observed.front()));
    auto caption = fmt::format(
        "Observed outcome by quantile of the score, with 95% intervals: {} in the lowest, {} in "
        "the highest.",
        outcome_value(file, observed.front(), step), outcome_value(file, observed.back(), step));
    if (time) {
        caption += fmt::format(
            " By time {}, as if nobody died of anything else, unless that is part of the event.",
            given_number(*time));
    }
    return PagePlot{
        {.kind = "quantiles",
         .source = source,
         .title = "Outcome by quantile of the score",
         .svg = std::move(plot).finish(picture_id(source), "Outcome by quantile of the score"),
         .caption = caption},
        {{"unit", axis.title},
         {"range", ends_of(axis)},
         {"labels", labels},
         {"observed", plot_numbers(observed)},
         {"lower", plot_numbers(gather(bins, &OutcomeBin::lower))},
         {"upper", plot_numbers(gather(bins, &OutcomeBin::upper))},
         {"predicted", plot_numbers(predicted)}}};
}

std::optional<PagePlot> incidence_plot(EvaluationFile const& file) {
    Reach across;
    Reach up;
    auto groups = Json::array();
    for (auto const& curve : file.curves.incidence) {
        if (curve.times.empty()) continue;
        for (auto time : curve.times) across.hold(time);
        for (auto const* values : {&curve.incidence, &curve.upper}) {
            for (auto x : *values) up.hold(x);
        }
        groups.push_back({{"name", name_of_part(curve.group)},
                          {"time", plot_numbers(curve.times)},
                          {"incidence", plot_numbers(curve.incidence)},
                          {"lower", plot_numbers(curve.lower)},
                          {"upper", plot_numbers(curve.upper)},
                          {"at_risk", curve.at_risk}});
    }
    if (!across.is_known() || !up.is_known()) return std::nullopt;
    constexpr double room = 1.2;  // For names behind the curves.
    std::string const source = "incidence-data";
    SvgPlot plot{{.width = 860, .height = 440},
                 without_corner(
                     linear_axis(fmt::format("Time as in {}", file.trait), 0, room * across.most)),
                 linear_axis("Share with the event", 0, up.most)};
    std::int64_t series = 0;
    for (auto const& curve : file.curves.incidence) {
        if (curve.times.empty()) continue;
        Numbers time{0};
        Numbers share{0};
        time.insert(time.end(), curve.times.begin(), curve.times.end());
        share.insert(share.end(), curve.incidence.begin(), curve.incidence.end());
        auto const colour = series_colour(series++);
        plot.add_line(time, share, colour);
        plot.add_key(name_of_part(curve.group), colour);
        plot.add_label(time.back() + (room - 1) / 2 * across.most, share.back(),
                       name_of_part(curve.group));
        auto const last = curve.times.size() - 1;
        plot.add_line(Numbers{curve.times[last], curve.times[last]},
                      Numbers{curve.lower[last], curve.upper[last]}, colour);
    }
    return PagePlot{
        {.kind = "incidence",
         .source = source,
         .title = "Share with the event by group of the score",
         .svg = std::move(plot).finish(picture_id(source), "Share with the event over time"),
         .caption =
             "Share of people with the event by each time (1 less Kaplan and Meier's "
             "estimate), as if nobody died of anything else, unless that is part of the "
             "event; at times so far apart that no small number of people can be worked out, "
             "with straight lines between them. Bands: 95% intervals; in print and without script "
             "upright lines, "
             "at the last time alone."},
        {{"unit", fmt::format("time as in {}", file.trait)}, {"groups", std::move(groups)}}};
}

}  // namespace maniple

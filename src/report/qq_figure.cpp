#include "qq_figure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "maniple/core/readable.hpp"
#include "maniple/report/page_data.hpp"
#include "maniple/report/page_table.hpp"
#include "maniple/report/plot_figure.hpp"
#include "maniple/report/qq_points.hpp"
#include "maniple/report/svg_plot.hpp"
#include "maniple/run/scan_tally.hpp"
#include "number_words.hpp"

namespace maniple {
namespace {

using Json = nlohmann::ordered_json;

struct QqSeries {
    std::string name;
    std::int64_t variants = 0;
    double lambda = 0;
    QqPoints points;  // Empty: too few.
};

// All variants, then the classes that have some.
std::vector<QqSeries> series_of(TraitSurvey const& survey) {
    constexpr std::int64_t fewest_drawn = 100;
    auto const all = survey.all_ranks();
    std::vector<QqSeries> series{
        {"all variants", all.count(), survey.all_inflation().value(), qq_points(all)}};
    for (std::size_t c = 0; c < frequency_classes; ++c) {
        auto const& ranks = survey.ranks[c];
        if (ranks.count() == 0) continue;
        series.push_back({std::string{frequency_class_name(c)}, ranks.count(),
                          survey.inflation[c].value(),
                          ranks.count() < fewest_drawn ? QqPoints{} : qq_points(ranks)});
    }
    return series;
}

// As the script has it: ink of all variants, then the series' colours.
PlotColour colour_of(std::size_t series) {
    return series == 0 ? PlotColour::ink : series_colour(static_cast<std::int64_t>(series) - 1);
}

// Those with points, which picture and script show.
std::vector<QqSeries> drawn_of(std::vector<QqSeries> series) {
    std::erase_if(series, [](QqSeries const& one) { return one.points.expected.empty(); });
    return series;
}

// \param series  those with points.
std::string draw(ReportedTrait const& trait, std::vector<QqSeries> const& series,
                 QqBand const& band) {
    constexpr PlotFrame frame{.width = 760, .height = 460, .left = 60, .right = 20};
    auto const most_expected = band.expected.front();
    auto const most = std::max(static_cast<double>(trait.survey.largest), band.upper.front());
    SvgPlot plot{frame, linear_axis("Expected −log10 p", 0, most_expected),
                 linear_axis("Observed −log10 p", 0, most)};
    plot.add_band(band.expected, band.lower, band.upper);
    std::array const ends{0.0, most_expected};
    plot.add_line(ends, ends, PlotColour::muted, PlotLine::dashed);
    for (std::size_t s = series.size(); s-- > 0;) {
        auto const& [expected, observed] = series[s].points;
        plot.add_points(expected, observed, colour_of(s), 4);
    }
    for (std::size_t s = 0; s < series.size(); ++s) {
        plot.add_key(series[s].name, colour_of(s));
    }
    return std::move(plot).finish(trait.id + "-qq-title", fmt::format("QQ plot of {}", trait.name));
}

std::string table_of(ReportedTrait const& trait, std::vector<QqSeries> const& series) {
    PageTable table{.caption = fmt::format("Lambda GC of {} by frequency", trait.name),
                    .file = trait.id + "-lambda.tsv",
                    .columns = {{"Variants", ColumnKind::text},
                                {"Number", ColumnKind::number},
                                {"Lambda GC", ColumnKind::number}},
                    .rows = {}};
    for (auto const& one : series) {
        table.rows.push_back(
            {{one.name, count_cell(one.variants),
              std::isnan(one.lambda) ? PageCell{""}
                                     : PageCell{fmt::format("{:.4f}", one.lambda)}}});
    }
    return to_html(table);
}

Json json_of(std::vector<QqSeries> const& series, QqBand const& band) {
    auto all = Json::array();
    for (auto const& one : series) {
        all.push_back({{"name", one.name},
                       {"lambda", with_significant_digits(one.lambda, 5)},
                       {"expected", rounded(one.points.expected, 3)},
                       {"observed", rounded(one.points.observed, 3)}});
    }
    return {{"series", all},
            {"band",
             {{"expected", rounded(band.expected, 3)},
              {"lower", rounded(band.lower, 3)},
              {"upper", rounded(band.upper, 3)}}}};
}

}  // namespace

QqParts qq_parts(ReportedTrait const& trait) {
    auto const series = series_of(trait.survey);
    auto const& all = series.front();
    if (all.variants == 0) return {};
    auto const drawn = drawn_of(series);
    auto const band = qq_band(all.variants);
    auto const title = fmt::format("QQ plot of {}", trait.name);
    auto const caption = fmt::format(
        "Lambda GC {:.4f} over {}.{} The band holds each of so many p-values by chance with "
        "probability 0.95, were they independent; those of a class of fewer variants scatter more.",
        all.lambda, plural(all.variants, "variant"),
        all.lambda > inflated_lambda
            ? " There are more small p-values than chance has: many small effects, or ancestry and "
              "relatives that the covariates do not account for."
            : "");
    return {.figure = to_html(PlotFigure{.kind = "qq",
                                         .source = trait.id + "-qq",
                                         .title = title,
                                         .svg = draw(trait, drawn, band),
                                         .caption = caption}),
            .table = table_of(trait, series),
            .json = to_page_json(json_of(drawn, band))};
}

}  // namespace maniple

#include "contributions_plot.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "evaluation_words.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/report/page_data.hpp"
#include "maniple/report/svg_plot.hpp"

namespace maniple {

PagePlot contributions_plot(std::string const& source, std::string const& title,
                            std::vector<std::pair<std::string, double>> const& rows) {
    expect(!rows.empty(), "there are contributions");

    constexpr double row_height = 24;
    constexpr double margins = 70;
    constexpr std::size_t most_drawn = 60;
    constexpr double half_bar = 0.35;
    constexpr int digits = 7;
    auto const drawn = std::min(most_drawn, rows.size());
    auto list = nlohmann::ordered_json::array();
    for (auto const& [label, value] : rows) {
        list.push_back({{"label", label}, {"value", with_significant_digits(value, digits)}});
    }
    double least = 0;
    double most = 0;
    std::vector<std::string> labels;
    for (std::size_t i = drawn; i-- > 0;) {
        least = std::fmin(least, rows[i].second);
        most = std::fmax(most, rows[i].second);
        labels.push_back(rows[i].first);
    }
    SvgPlot plot{
        {.width = 860, .height = margins + row_height * static_cast<double>(drawn), .left = 240},
        linear_axis("Contribution, in units of the score", least, most),
        category_axis("", labels)};
    for (std::size_t i = 0; i < drawn; ++i) {
        auto const y = static_cast<double>(drawn - 1 - i);
        auto const value = rows[i].second;
        plot.add_box(std::fmin(value, 0), std::fmax(value, 0), y - half_bar, y + half_bar,
                     value < 0 ? PlotColour::negative : PlotColour::positive);
    }
    auto const [lowering, raising] =
        std::ranges::minmax_element(rows, {}, [](auto const& row) { return row.second; });
    auto caption = std::string{"Bars to the right raise the score, bars to the left lower it."};
    if (raising->second > 0) caption += fmt::format(" {} raises it most.", raising->first);
    if (lowering->second < 0) caption += fmt::format(" {} lowers it most.", lowering->first);
    if (drawn < rows.size()) caption += fmt::format(" The picture shows the first {}.", drawn);
    return {{.kind = "contributions",
             .source = source,
             .title = title,
             .svg = std::move(plot).finish(picture_id(source), title),
             .caption = caption},
            {{"rows", std::move(list)}}};
}

}  // namespace maniple

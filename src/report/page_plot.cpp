#include "page_plot.hpp"

#include <cmath>

#include "maniple/report/page_data.hpp"

namespace maniple {

std::string place_plot(Page& page, PagePlot const& plot) {
    page.add_data(plot.figure.source, to_page_json(plot.data));
    return to_html(plot.figure);
}

nlohmann::ordered_json plot_numbers(std::vector<double> const& values) {
    constexpr int digits = 7;
    auto list = nlohmann::ordered_json::array();
    for (auto value : values) {
        if (std::isfinite(value)) {
            list.push_back(with_significant_digits(value, digits));
        } else {
            list.push_back(nullptr);
        }
    }
    return list;
}

std::string picture_id(std::string const& source) { return source + "-picture"; }

}  // namespace maniple

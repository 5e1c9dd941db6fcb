#include "maniple/report/plot_figure.hpp"

#include <utility>

#include "maniple/report/html.hpp"

namespace maniple {

std::string to_html(PlotFigure const& figure) {
    HtmlWriter html;
    if (figure.source.empty()) {
        html.open("figure", {{"class", "plot"}});
    } else {
        html.open("figure", {{"class", "plot"},
                             {"data-plot", figure.kind},
                             {"data-source", figure.source},
                             {"data-title", figure.title}});
    }
    html.markup(figure.svg);
    html.element("figcaption", figure.caption);
    html.close();
    return std::move(html).finish();
}

}  // namespace maniple

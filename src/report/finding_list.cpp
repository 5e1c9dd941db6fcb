#include "finding_list.hpp"

#include "maniple/report/html.hpp"

namespace maniple {

std::string to_html(std::vector<ReportFinding> const& findings) {
    HtmlWriter html;
    html.open("ul", {{"class", "findings"}});
    for (auto const& finding : findings) {
        bool const is_caution = finding.kind == FindingKind::caution;
        html.open("li", {{"class", is_caution ? "caution" : "finding"}});
        if (is_caution) {
            html.element("strong", "Caution:");
            html.text(" ");
        }
        html.text(finding.text);
        html.close();
    }
    html.close();
    return std::move(html).finish();
}

}  // namespace maniple

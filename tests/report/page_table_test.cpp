#include "maniple/report/page_table.hpp"

#include <string>

#include <catch2/catch.hpp>

namespace maniple {
namespace {

bool holds(std::string const& html, std::string const& piece) {
    return html.find(piece) != std::string::npos;
}

PageTable samples_and_cases(PageCell const& cases) {
    return {.caption = "Traits",
            .columns = {{"Trait"}, {"Samples", ColumnKind::number}, {"Cases", ColumnKind::number}},
            .rows = {{{"height", "50", ""}}, {{"asthma", "40", cases}}}};
}

TEST_CASE("to_html: a column of which no row holds anything is left out, the first stays",
          "[report]") {
    auto const full = to_html(samples_and_cases({"1,200", "1200"}));
    CHECK(holds(full, "Cases"));
    CHECK(holds(full, "<th scope=\"row\">height</th>\n<td class=\"number\">50</td>"));
    CHECK(holds(full, "<td class=\"number\" data-value=\"1200\">1,200</td>"));
    CHECK(holds(full, "<td class=\"number\" data-value=\"\">–</td>"));

    PageCell share{"0.72 (0.68 to 0.76)", "0.7213"};
    share.exact = "0.7213 0.68 0.7602";
    CHECK(holds(to_html(samples_and_cases(share)),
                "data-value=\"0.7213\" data-exact=\"0.7213 0.68 0.7602\">0.72 (0.68 to 0.76)<"));

    auto const sparse = to_html(samples_and_cases({""}));
    CHECK(!holds(sparse, "Cases"));
    CHECK(!holds(sparse, "–"));
    CHECK(holds(sparse, "<td class=\"number\">40</td>"));

    auto nameless = samples_and_cases({""});
    for (auto& row : nameless.rows) row.cells[0] = {""};
    CHECK(holds(to_html(nameless), "Trait</th>"));

    auto empty = samples_and_cases({""});
    empty.rows.clear();
    CHECK(holds(to_html(empty), "Cases"));
}

}  // namespace
}  // namespace maniple

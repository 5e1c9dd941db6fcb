#include "maniple/report/page_table.hpp"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/readable.hpp"
#include "maniple/report/html.hpp"

namespace maniple {
namespace {

constexpr std::string_view missing = "–";
constexpr std::size_t worth_a_search = 10;  // Rows.

std::string_view name_of(ColumnKind kind) {
    switch (kind) {
        case ColumnKind::number:
            return "number";
        case ColumnKind::position:
            return "position";
        case ColumnKind::text:
            break;
    }
    return "text";
}

void open_table(HtmlWriter& html, PageTable const& table) {
    html.open("div", {{"class", "scroll"},
                      {"tabindex", "0"},
                      {"role", "region"},
                      {"aria-label", table.caption}});
    std::string marks = " data-sortable";
    if (table.rows.size() >= worth_a_search) marks += " data-searchable";
    if (!table.file.empty()) marks += fmt::format(" data-download=\"{}\"", escape_html(table.file));
    html.markup(fmt::format("<table class=\"data\"{}>", marks));
    html.element("caption", table.caption);
}

// The first, and those of which a row holds something.
std::vector<std::size_t> columns_of_use(PageTable const& table) {
    std::vector<std::size_t> columns;
    for (std::size_t c = 0; c < table.columns.size(); ++c) {
        auto const holds = [c](PageRow const& row) { return !row.cells[c].text.empty(); };
        if (c == 0 || table.rows.empty() || std::ranges::any_of(table.rows, holds)) {
            columns.push_back(c);
        }
    }
    return columns;
}

void write_headings(HtmlWriter& html, PageTable const& table,
                    std::vector<std::size_t> const& columns) {
    html.open("thead");
    html.open("tr");
    for (auto c : columns) {
        auto const& column = table.columns[c];
        html.element("th", column.title, {{"scope", "col"}, {"data-type", name_of(column.kind)}});
    }
    html.close();
    html.close();
}

enum class CellRole : std::uint8_t { heading_of_row, value };

void write_cell(HtmlWriter& html, PageCell const& cell, ColumnKind kind, CellRole role) {
    auto const is_missing = cell.text.empty();
    auto const is_heading = role == CellRole::heading_of_row;
    HtmlAttributes attributes;
    if (is_heading) attributes.push_back({"scope", "row"});
    if (kind != ColumnKind::text) attributes.push_back({"class", "number"});
    if (is_missing) {
        attributes.push_back({"data-value", ""});
    } else if (cell.sort_value) {
        attributes.push_back({"data-value", *cell.sort_value});
    }
    if (!cell.exact.empty()) attributes.push_back({"data-exact", cell.exact});
    html.element(is_heading ? "th" : "td", is_missing ? missing : cell.text, attributes);
}

void write_row(HtmlWriter& html, PageTable const& table, PageRow const& row,
               std::vector<std::size_t> const& columns) {
    HtmlAttributes attributes;
    if (!row.region.empty()) attributes.push_back({"data-region", row.region});
    html.open("tr", attributes);
    for (auto c : columns) {
        write_cell(html, row.cells[c], table.columns[c].kind,
                   c == columns.front() ? CellRole::heading_of_row : CellRole::value);
    }
    html.close();
}

}  // namespace

std::string to_html(PageTable const& table) {
    for (auto const& row : table.rows) {
        expect(row.cells.size() == table.columns.size(), "a row has a cell for every column");
    }
    auto const columns = columns_of_use(table);
    HtmlWriter html;
    open_table(html, table);
    write_headings(html, table, columns);
    html.open("tbody");
    auto const shown = std::min<std::int64_t>(std::ssize(table.rows), most_table_rows);
    for (std::int64_t r = 0; r < shown; ++r) {
        write_row(html, table, table.rows[static_cast<std::size_t>(r)], columns);
    }
    html.close();
    html.markup("</table>");
    html.close();
    auto const left_out = std::max<std::int64_t>(table.all_rows, std::ssize(table.rows)) - shown;
    if (left_out > 0) {
        html.element("p",
                     fmt::format("And {} more{}{}.", grouped(left_out),
                                 table.others.empty() ? "" : ": ", table.others),
                     {{"class", "more"}});
    }
    return std::move(html).finish();
}

std::string to_html(std::string const& caption,
                    std::vector<std::pair<std::string, std::string>> const& facts) {
    HtmlWriter html;
    html.open(
        "div",
        {{"class", "scroll"}, {"tabindex", "0"}, {"role", "region"}, {"aria-label", caption}});
    html.open("table", {{"class", "facts"}});
    html.element("caption", caption);
    html.open("tbody");
    for (auto const& [name, value] : facts) {
        html.open("tr");
        html.element("th", name, {{"scope", "row"}});
        html.element("td", value.empty() ? missing : std::string_view{value});
        html.close();
    }
    html.close();
    html.close();
    html.close();
    return std::move(html).finish();
}

}  // namespace maniple

/// \file  Tables of a page, which its script sorts, searches and saves.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace maniple {

/// How a column sorts, and which way it is aligned.
enum class ColumnKind : std::uint8_t { text, number, position };

struct PageColumn {
    std::string title;
    ColumnKind kind = ColumnKind::text;
};

struct PageCell {
    /// \param shown  empty: missing, shown as a dash and sorted last.
    PageCell(std::string shown) : text{std::move(shown)} {}
    PageCell(char const* shown) : text{shown} {}
    /// \param sorted_by  a number, where the text is rounded or has marks in it.
    PageCell(std::string shown, std::string sorted_by)
        : text{std::move(shown)}, sort_value{std::move(sorted_by)} {}

    std::string text;
    std::optional<std::string> sort_value;
    /// In full, for a saved table: a number, or estimate and 95% interval, "0.7213 0.68 0.7602", of
    /// which it has a column each. Empty: as shown.
    std::string exact = {};
};

struct PageRow {
    std::vector<PageCell> cells;
    std::string region = {};  ///< ID of the regional data that the row opens; empty: none.
};

struct PageTable {
    std::string caption;
    std::string file = {};  ///< Name for the saved table; empty: it is not offered.
    std::vector<PageColumn> columns;
    std::vector<PageRow> rows;
    /// Rows there are in all, and where the others are; 0: none are missing.
    std::int64_t all_rows = 0;
    std::string others = {};
};

/// Rows of a table that a page holds; the writer of a longer one keeps the first.
inline constexpr std::int64_t most_table_rows = 2000;

/// The table in its scrolling region; after it, where rows are left out, how many and where they
/// are. Columns are sortable, long tables searchable; the first cell of a row is its heading; a
/// column but for the first of which no row holds anything is left out. \pre every row has as many
/// cells as there are columns
std::string to_html(PageTable const& table);

/// A list of names and values, one row each, first column as row headings.
std::string to_html(std::string const& caption,
                    std::vector<std::pair<std::string, std::string>> const& facts);

}  // namespace maniple

/// \file  Tables of traits and covariates as people have them: tab, comma or blank separated text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "maniple/trait/table.hpp"

namespace maniple {

struct TextTableOptions {
    /// Texts that mean missing besides NA, NaN, N/A, "." and an empty field; "-9" also covers -9.0.
    std::vector<std::string> missing_values;
    std::vector<std::string>
        categorical;  ///< Columns that are levels even where they hold numbers.
};

/// One row's sample, as the file names it.
struct TableRow {
    std::int64_t line = 0;  ///< In the file, from 1.
    std::string family;     ///< "0" where the file has no family IDs.
    std::string individual;
};

/// A table in file order: every column has one value per row.
struct TextTable {
    bool has_families = false;
    std::vector<TableRow> rows;
    std::vector<Column> columns;
    std::vector<std::string> remarks;  ///< What a person should know; no sample IDs.
};

/// Read a table, plain or gzipped. The header names the columns; one of them is IID (or #IID), one
/// may be FID (or #FID), in any case. Lines that start with '#' are comments otherwise. Fields may
/// stand in double quotes.
///
/// A column of numbers is quantitative, or binary where its values are exactly {0, 1} or {1, 2}
/// (then recoded to 0, 1); a column of text is categorical.
///
/// \throws UserError naming file, line and column: no ID column, repeated column or row, ragged
/// row,
///         text among numbers, a number that is infinite or overflows, bytes that are not UTF-8.
TextTable read_text_table(std::filesystem::path const& path, TextTableOptions const& options);

}  // namespace maniple

/// \file  maniple import --table: a text table into a store.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/store/cohort.hpp"
#include "maniple/store/text_table_reader.hpp"
#include "maniple/trait/samples.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

/// What to do when fewer than half of a table's rows are samples of the cohort.
enum class UnmatchedRows { refuse, allow };

struct TableImport {
    std::filesystem::path file;
    std::string name;  ///< In the store; empty: the file's name without extension.
    TextTableOptions text;
    ExistingTable existing = ExistingTable::refuse;
    UnmatchedRows unmatched = UnmatchedRows::refuse;
};

/// Read the table and put its rows in the cohort's order; samples without a row get missing values.
///
/// A row matches the sample whose ID is its IID, or FID_IID where a cohort was imported so. Where
/// both sides have family IDs (not "0") and they differ, the row does not match.
/// \throws UserError as `read_text_table`; when no row matches, or fewer than half unless allowed;
///         when two rows match one sample.
Table prepare_table(Samples const& samples, TableImport const& plan, Log& log);

/// `prepare_table` for the cohort in `store`, and write it there.
/// \throws UserError also when the store holds a table of that name and `plan.existing` is refuse.
void import_table(std::filesystem::path const& store, TableImport const& plan, Log& log);

/// The name that the plan's table gets in a store. \throws UserError when it cannot be a file's
/// name.
std::string table_name(TableImport const& plan);

}  // namespace maniple

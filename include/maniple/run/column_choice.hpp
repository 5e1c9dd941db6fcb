/// \file  From what a person writes after --trait and --covariate to columns of the store's tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "maniple/store/cohort.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

/// The tables of a store, each opened once. One thread per process may use it.
class StoreTables {
public:
    /// \throws as Cohort::open_table.
    explicit StoreTables(Cohort const& cohort);

    std::vector<TableReader> const& all() const { return tables_; }  ///< By name.
    /// \pre there is one of this name
    TableReader const& find(std::string const& name) const;

private:
    std::vector<TableReader> tables_;
};

/// A column of one of the store's tables.
struct ColumnReference {
    std::string table;
    std::size_t position = 0;  ///< In the table.
    ColumnSummary column;
    std::string label;      ///< "height", or "clinic.height" where several tables have one.
    bool is_score = false;  ///< Of a table that `maniple score` made.
};

/// Table::source of tables that `maniple score` makes.
inline constexpr char const* scores_source = "maniple score";

enum class Asked { by_name, by_pattern };

struct TraitReference {
    ColumnReference reference;
    Asked asked = Asked::by_name;
};

/// Every column of every table.
std::vector<ColumnReference> list_columns(StoreTables const& tables);

/// The columns that `words` name ("height", "table.height", or patterns with * and ?), each once.
/// \throws UserError when there is none, or several tables have one; suggests what was meant.
std::vector<ColumnReference> choose_covariates(std::vector<ColumnReference> const& columns,
                                               std::vector<std::string> const& words);

/// The traits that `words` name, each once, in the order of the tables for patterns: names, `all`,
/// or patterns with * and ?. Patterns leave out covariates and categorical columns; `all` leaves
/// out scores as well. \throws
/// UserError when a name is unknown, is a covariate, or is categorical, or a pattern fits none.
std::vector<TraitReference> choose_traits(std::vector<ColumnReference> const& columns,
                                          std::vector<std::string> const& words,
                                          std::vector<ColumnReference> const& covariates);

/// The words before and after the colon of TIME:EVENT; nothing where `word` has none, or where it
/// is a column's name. \throws UserError where it might be either.
std::optional<std::pair<std::string, std::string>> split_time_event(
    std::vector<ColumnReference> const& columns, std::string const& word);

/// One column with its values. \param samples  of the store. \throws CorruptInput.
Column load_column(StoreTables const& tables, ColumnReference const& chosen, std::int64_t samples);

}  // namespace maniple

/// \file  From what a person writes after --trait and --covariate to columns of the store's tables.
#pragma once

#include <string>
#include <vector>

#include "maniple/store/cohort.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

/// A column of one of the store's tables.
struct ColumnReference {
    std::string table;
    ColumnSummary column;
    std::string label;  ///< "height", or "clinic.height" where several tables have one.
};

enum class Asked { by_name, by_pattern };

struct TraitReference {
    ColumnReference reference;
    Asked asked = Asked::by_name;
};

/// Every column of every table. \throws as Cohort::summarize_table.
std::vector<ColumnReference> list_columns(Cohort const& cohort);

/// The columns that `words` name ("height", "table.height", or patterns with * and ?), each once.
/// \throws UserError when there is none, or several tables have one; suggests what was meant.
std::vector<ColumnReference> choose_covariates(std::vector<ColumnReference> const& columns,
                                               std::vector<std::string> const& words);

/// The traits that `words` name, each once, in the order of the tables for patterns: names, `all`,
/// or patterns with * and ?. Patterns leave out covariates and categorical columns. \throws
/// UserError when a name is unknown, is a covariate, or is categorical, or a pattern fits none.
std::vector<TraitReference> choose_traits(std::vector<ColumnReference> const& columns,
                                          std::vector<std::string> const& words,
                                          std::vector<ColumnReference> const& covariates);

/// The values of the chosen columns, in their order; each table is read once.
std::vector<Column> load_columns(Cohort const& cohort, std::vector<ColumnReference> const& chosen);

}  // namespace maniple

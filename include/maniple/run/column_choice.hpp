/// \file  From what a person writes after --trait and --covariate to columns of the store's tables.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "maniple/store/cohort.hpp"
#include "maniple/trait/score_description.hpp"
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
    /// Is this level of a column the ID of a person or family of the store?
    bool is_person(std::string const& level) const { return people_.contains(level); }

private:
    std::vector<TableReader> tables_;
    std::unordered_set<std::string> people_;  // Levels that are.
};

/// Where the events of a time to an event are.
struct EventColumn {
    std::string table;
    std::size_t position = 0;  ///< In the table.
    std::string label;

    bool operator==(EventColumn const&) const = default;
};

/// A column of one of the store's tables; as a trait, perhaps with another one.
struct ColumnReference {
    std::string table;
    std::size_t position = 0;  ///< In the table.
    ColumnSummary column;
    std::string label;      ///< "height", or "clinic.height" where several tables have one.
    bool is_score = false;  ///< Of a table that `maniple score` made.
    std::optional<EventColumn> event;  ///< Of times to an event; the label has both names then.
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

/// The columns of a time to an event.
struct TimeEvent {
    ColumnReference time;
    ColumnReference event;
};

/// The columns that TIME:EVENT names; nothing where `word` has no colon, or is a column's name.
/// \throws UserError where it might be either, or as choose_traits.
std::optional<TimeEvent> choose_time_event(std::vector<ColumnReference> const& columns,
                                           std::string const& word,
                                           std::vector<ColumnReference> const& covariates);

/// As choose_traits; words may be TIME:EVENT, too.
std::vector<TraitReference> choose_tested_traits(std::vector<ColumnReference> const& columns,
                                                 std::vector<std::string> const& words,
                                                 std::vector<ColumnReference> const& covariates);

/// Of a trait that is not categorical.
Outcome outcome_of(ColumnReference const& trait);

/// One column with its values. \param samples  of the store. \throws CorruptInput; UserError where
/// a level that fewer than five people share is the ID of a person or family: models, logs and
/// reports tell levels.
Column load_column(StoreTables const& tables, ColumnReference const& chosen, std::int64_t samples);

}  // namespace maniple

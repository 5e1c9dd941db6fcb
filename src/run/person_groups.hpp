/// \file  Was a score validated in the groups that people belong to? Private to run.
#pragma once

#include <span>
#include <vector>

#include "maniple/run/column_choice.hpp"
#include "maniple/run/evaluation_file.hpp"
#include "maniple/run/person_facts.hpp"
#include "maniple/store/cohort.hpp"

namespace maniple {

/// For each of the people: their group by each column that the evaluation was divided by, and what
/// it found there. \throws UserError where the store has no such column.
std::vector<std::vector<GroupCheck>> check_groups(EvaluationFile const& evaluation,
                                                  Cohort const& cohort, StoreTables const& tables,
                                                  std::span<SampleIndex const> people);

/// What an evaluation found of one group.
GroupCheck check_group(EvaluationFile const& evaluation, std::string const& factor,
                       std::string const& level);

}  // namespace maniple

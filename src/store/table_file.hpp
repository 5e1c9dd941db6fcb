/// \file  tables/<name>.h5: traits and covariates. Private to store; people use Cohort.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "maniple/store/cohort.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

/// Names of the tables of a store, sorted; none where it has no such folder.
std::vector<std::string> list_tables(std::filesystem::path const& store);
std::vector<std::string> list_models(std::filesystem::path const& store);

/// \throws UserError unless a table or model can have this name; `what` is one of the two.
void require_name(std::string const& name, std::string_view what);

/// As Cohort's member.
Table read_table_file(std::filesystem::path const& store, PartitionFormat const& format,
                      std::string const& name);

}  // namespace maniple

/// \file  tables/<name>.h5: traits and covariates. Private to store; people use Cohort.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "maniple/store/cohort.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

/// Names of the tables of a store, sorted; none where it has no such folder.
std::vector<std::string> list_tables(std::filesystem::path const& store);
std::vector<std::string> list_models(std::filesystem::path const& store);

/// As Cohort's member.
Table read_table_file(std::filesystem::path const& store, PartitionFormat const& format,
                      std::string const& name);

}  // namespace maniple

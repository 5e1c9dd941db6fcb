/// \file  From genetic values to the columns of a table.
#pragma once

#include <string>
#include <vector>

#include "maniple/simulation/pedigree.hpp"
#include "maniple/simulation/simulation_plan.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

/// Names of the traits in their order: quantitative, binary, event times.
std::vector<std::string> trait_names(TraitPlan const& plan);

/// The table `simulated`: traits, covariates, sex (0 = female, 1 = male), site, ancestry, family.
/// \param genetic_values  trait x sample.
Table make_trait_table(TraitPlan const& plan, GenotypePlan const& genotype_plan,
                       Pedigree const& pedigree,
                       std::vector<std::vector<double>> const& genetic_values);

}  // namespace maniple

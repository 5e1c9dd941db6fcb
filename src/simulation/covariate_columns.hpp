/// \file  Covariates of a simulated cohort, and what they do to traits.
#pragma once

#include <cstdint>
#include <vector>

#include "maniple/simulation/pedigree.hpp"
#include "maniple/simulation/simulation_plan.hpp"
#include "maniple/trait/table.hpp"

namespace maniple {

/// covariate_1 .. covariate_n (standard normal), sex, site, ancestry, family. Nothing is missing.
std::vector<Column> make_covariates(TraitPlan const& plan, GenotypePlan const& genotype_plan,
                                    Pedigree const& pedigree);

/// Per sample, the sum of the effects of all columns but family on trait number `trait`.
std::vector<double> covariate_sums(std::vector<Column> const& covariates, std::uint64_t seed,
                                   std::size_t trait);

}  // namespace maniple

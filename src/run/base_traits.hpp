/// \file  Traits and folds of a whole-genome regression. Private to this module.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "maniple/core/log.hpp"
#include "maniple/model/covariate_basis.hpp"
#include "maniple/run/column_choice.hpp"
#include "maniple/run/trait_counts.hpp"
#include "maniple/run/whole_genome.hpp"
#include "maniple/store/cohort.hpp"
#include "maniple/trait/score_description.hpp"

namespace maniple {

/// Traits on the base: the samples with every covariate, fold after fold, so that what is done for
/// a fold's samples is done for neighbours.
struct BaseTraits {
    CovariateBasis basis;
    std::vector<std::int32_t> folds;  // Of each sample of the base, ascending.
    std::string covariates;           // Names, comma separated.
    std::vector<std::string> names;
    std::vector<std::vector<double>> residuals;  // Traits x base; NaN where one has no value.
    std::vector<double> scales;                  // SD of each trait's residual.
    std::vector<TraitCounts> counts;
    std::vector<Outcome> outcomes;                   // What level 1 takes each for.
    std::vector<std::vector<std::uint8_t>> is_case;  // Traits x base; empty unless binary.
    std::vector<Asked> asked;
};

/// \throws UserError where a trait that was named cannot be fitted, none is left, or a fold has no
/// sample; CorruptInput.
BaseTraits load_base_traits(WholeGenomeRequest const& request, Cohort const& cohort, Log& log);

/// Forget all traits but these. \pre positions ascend and are among the traits
void keep_traits(BaseTraits& traits, std::span<std::int64_t const> kept);

}  // namespace maniple

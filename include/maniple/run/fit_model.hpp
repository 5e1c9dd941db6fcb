/// \file  From solved problems to the model that a store keeps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "maniple/run/fit_path.hpp"
#include "maniple/run/fit_plan.hpp"
#include "maniple/run/fit_state.hpp"
#include "maniple/run/genotype_pass.hpp"
#include "maniple/store/model_file.hpp"

namespace maniple {

/// What became of one trait.
struct TraitFit {
    std::size_t path = 0;     ///< Problem whose penalties were judged.
    std::size_t problem = 0;  ///< Problem whose solution is the score.
    ChosenPenalty chosen;
    PathStep step;  ///< The solution.
    ScoreParts parts;
    std::int64_t iterations = 0;  ///< Of all the trait's problems.

    /// Is optimality violated by no more than a millionth of the null model's largest gradient?
    bool has_converged() const;
};

/// The solutions that scores are made of, in the order of traits. Collective; `state` is rank
/// zero's, and so is the result. \throws UserError where no penalty could be judged.
std::vector<TraitFit> choose_solutions(FitPlan const& plan, FitState const& state,
                                       GenotypePasses& passes);

/// For rank zero.
ScoreModel make_model(FitPlan const& plan, std::vector<TraitFit> const& fits,
                      GenotypePasses& passes);

}  // namespace maniple

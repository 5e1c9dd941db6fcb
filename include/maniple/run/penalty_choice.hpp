/// \file  Which penalties a fit looks at, and which one it takes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "maniple/run/fit_plan.hpp"
#include "maniple/run/fit_state.hpp"

namespace maniple {

/// What a path starts from: the model without variants.
struct PathStart {
    double largest_gradient = 0;  ///< By any variant.
    double noise = 0;             ///< SD of the gradient by a variant without effect.
    std::int64_t variants = 0;
    std::int64_t samples = 0;
};

/// SD of a null model's gradient by a variant that has nothing to do with the trait: the root of
/// the sum of squared residuals, over samples. \pre there are samples
double gradient_noise(std::span<double const> residuals, std::int64_t samples);

/// The penalties of a grid, from the largest: the least at which nothing is in the model.
/// \param mixing  of the elastic net, above 0.
std::vector<double> penalties_of(PenaltyGrid const& grid, PathStart const& start, double mixing);

/// The problem that is a trait's path. \param trait  position in the plan.
std::size_t path_of(FitPlan const& plan, std::size_t trait);

/// How many penalties count: up to the first where nothing better was seen for `patience` ones.
/// Nothing while there is none, or where patience is 0. NaN is no performance.
std::optional<std::size_t> early_stop(std::span<double const> performances, std::int64_t patience);

/// Performance at each penalty at which everybody who judges a trait has judged: in its validation
/// samples, or the mean of its folds. What was solved beyond the early stop does not count: how far
/// that went depends on how penalties were put together.
std::vector<double> judged_performances(FitPlan const& plan, FitState const& state,
                                        std::size_t trait);

/// Position of the largest that is known, the first of equal ones; nothing where none is.
std::optional<std::size_t> best_performance(std::vector<double> const& performances);

/// Where a trait's penalty was chosen.
struct ChosenPenalty {
    std::size_t step = 0;    ///< Of its path.
    double performance = 0;  ///< On the validation samples, or the mean of the folds.
};

/// The best of the penalties judged so far; nothing while there is none.
std::optional<ChosenPenalty> choose_penalty(FitPlan const& plan, FitState const& state,
                                            std::size_t trait);

}  // namespace maniple

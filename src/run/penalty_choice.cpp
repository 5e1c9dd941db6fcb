#include "maniple/run/penalty_choice.hpp"

#include <algorithm>
#include <cmath>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"

namespace maniple {
namespace {

// With more variants than samples, a penalty below the noise lets a third of all variants without
// effect in: models as large as the number of samples, which predict worse and take most of the
// time. Where the largest gradient is hardly above the noise, a path still needs some length.
double default_ratio(PathStart const& start) {
    if (start.variants <= start.samples) return 1e-4;
    return std::clamp(start.noise / start.largest_gradient, 0.01, 0.1);
}

}  // namespace

std::size_t path_of(FitPlan const& plan, std::size_t trait) {
    auto const& problems = plan.problems();
    auto const found = std::ranges::find_if(problems, [&](FitProblem const& problem) {
        return problem.trait == trait && problem.kind == FitProblem::Kind::path;
    });
    expect(found != problems.end(), "each trait has a path");
    return static_cast<std::size_t>(found - problems.begin());
}

std::optional<std::size_t> early_stop(std::span<double const> performances, std::int64_t patience) {
    if (patience == 0) return {};
    std::optional<double> best;
    std::int64_t behind = 0;
    for (std::size_t k = 0; k < performances.size(); ++k) {
        auto const value = performances[k];
        bool const better = !std::isnan(value) && (!best || value > *best);
        behind = better ? 0 : behind + 1;
        if (better) best = value;
        if (best && behind >= patience) return k + 1;
    }
    return {};
}

std::vector<double> judged_performances(FitPlan const& plan, FitState const& state,
                                        std::size_t trait) {
    std::vector<double> mean;
    std::int64_t judges = 0;
    bool const folds = plan.request().validate == ValidateBy::folds;
    auto const kind = folds ? FitProblem::Kind::fold : FitProblem::Kind::path;
    for (std::size_t p = 0; p < state.problems.size(); ++p) {
        auto const& problem = plan.problems()[p];
        if (problem.trait != trait || problem.kind != kind) continue;
        auto const& steps = state.problems[p].steps;
        if (judges++ == 0) mean.assign(steps.size(), 0);
        mean.resize(std::min(mean.size(), steps.size()));
        for (std::size_t k = 0; k < mean.size(); ++k) mean[k] += steps[k].validation;
    }
    for (double& value : mean) value /= static_cast<double>(judges);
    if (auto const stop = early_stop(mean, plan.request().early_stop)) mean.resize(*stop);
    return mean;
}

std::optional<std::size_t> best_performance(std::vector<double> const& values) {
    std::optional<std::size_t> best;
    for (std::size_t v = 0; v < values.size(); ++v) {
        if (std::isnan(values[v])) continue;
        if (!best || values[v] > values[*best]) best = v;
    }
    return best;
}

double gradient_noise(std::span<double const> residuals, std::int64_t samples) {
    expect(samples > 0, "there are samples");

    double squares = 0;
    for (double residual : residuals) squares += residual * residual;
    return std::sqrt(squares) / static_cast<double>(samples);
}

std::vector<double> penalties_of(PenaltyGrid const& grid, PathStart const& start, double mixing) {
    if (grid.values) return *grid.values;
    auto const largest = start.largest_gradient / std::max(mixing, 1e-3);
    auto const ratio = grid.smallest_ratio.value_or(default_ratio(start));
    std::vector<double> penalties;
    for (std::int64_t k = 0; k < grid.count; ++k) {
        auto const share =
            grid.count > 1 ? static_cast<double>(k) / static_cast<double>(grid.count - 1) : 0;
        penalties.push_back(largest * portable_exp(portable_log(ratio) * share));
    }
    return penalties;
}

std::optional<ChosenPenalty> choose_penalty(FitPlan const& plan, FitState const& state,
                                            std::size_t trait) {
    auto const judged = judged_performances(plan, state, trait);
    auto const best = best_performance(judged);
    if (!best) return {};
    return ChosenPenalty{.step = *best, .performance = judged[*best]};
}

}  // namespace maniple

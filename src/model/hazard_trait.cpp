#include "hazard_trait.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "maniple/core/contract.hpp"
#include "outcome_loss.hpp"

namespace maniple {

FittedEventTrait fit_hazard_trait(CovariateBasis const& made, EventTimes const& outcome,
                                  std::int64_t samples) {
    auto const events = std::ranges::count(outcome.is_event, 1);
    expect(events > 0, "there is an event");

    FittedEventTrait fitted;
    auto& trait = fitted.trait;
    trait.family = Family::poisson;
    auto null = fit_hazard_null(made, samples, outcome);
    if (null.status != FitStatus::ok) {
        fitted.problem =
            null.status == FitStatus::separated
                ? "is told without error by the covariates (who has events first is separated); "
                  "leave out the covariate that repeats it"
                : "has no null model (the Cox regression on the covariates does not converge); "
                  "check the covariates' scales";
        return fitted;
    }
    EventTerms terms{null.residuals, null.expected, weighted_gram(null.expected, made.basis, 0)};
    if (!add_columns(made, std::move(terms), samples, fitted)) {
        fitted.problem =
            "has no null model (covariates are collinear among the samples at risk when events "
            "happen); leave out covariates, or levels with few samples";
        return fitted;
    }
    trait.cases = events;
    trait.controls = std::ssize(made.samples) - events;
    trait.third_sum = trait.weight_sum;
    std::vector<double> sign;
    for (auto is_event : outcome.is_event) sign.push_back(is_event != 0 ? 1 : -1);
    trait.mean = spread(null.expected, made.samples, samples);
    trait.sign = spread(sign, made.samples, samples, -1.0);
    trait.risk_sets = std::move(null.risk_sets);
    return fitted;
}

}  // namespace maniple

#include "wald_test.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// As copies of the rarer allele: where people far out matter it is they who are not 0.
double fill_genotypes(EventPattern const& pattern, std::span<double const> genotypes,
                      FullModelRoom& room) {
    std::ranges::fill(room.genotypes.span(), 0.0);
    std::ranges::fill(room.inside.span(), 0.0);
    double sum = 0;
    double people = 0;
    pattern.mask.for_each([&](SampleIndex s) {
        if (std::isnan(genotypes[s.at()])) return;
        room.inside[s.get()] = 1;
        sum += genotypes[s.at()];
        ++people;
    });
    bool const is_flipped = sum > people;
    pattern.mask.for_each([&](SampleIndex s) {
        if (room.inside[s.get()] == 0) return;
        room.genotypes[s.get()] = is_flipped ? 2 - genotypes[s.at()] : genotypes[s.at()];
    });
    return is_flipped ? -1 : 1;
}

WaldFit without_effect(FitStatus status) { return {.status = status, .effect = {}}; }

/// What a fit that has settled says of the genotype.
WaldFit read_effect(FullModel const& model, NewtonResult const& result) {
    auto const last = result.parameters.size() - 1;
    auto const& information = *result.information;
    if (information.is_left_out(static_cast<std::int64_t>(last))) {
        return {.status = FitStatus::ok, .effect = {0, std::numeric_limits<double>::quiet_NaN()}};
    }
    // Where the effect moves, and covariates with it.
    std::vector<double> direction(last + 1);
    direction[last] = result.parameters[last] < 0 ? -1 : 1;
    information.solve(direction);
    if (model.direction_tells(direction)) return without_effect(FitStatus::separated);
    return {.status = FitStatus::ok,
            .effect = {result.parameters[last], std::sqrt(std::abs(direction[last]))}};
}

/// A fit of a model as it stands, and what became of it.
struct Attempt {
    NewtonResult result;
    LastStep last = LastStep::unclear;
};

// Without an optimum few steps may not tell who moves without end, and after many, little but
// rounding is left of weights.
Attempt attempt(FullModel& model) {
    Attempt found;
    for (std::int64_t most_iterations : {10, 14, 18, 22, 30}) {
        found.result = maximize(
            [&](std::span<double const> parameters) { return model.evaluate(parameters); },
            std::vector<double>(static_cast<std::size_t>(model.columns())), most_iterations);
        if (found.result.last_step.empty()) break;
        found.last = model.judge(found.result.last_step);
        if (found.result.status != FitStatus::ok && found.last == LastStep::settled) {
            found.last = LastStep::unclear;
        }
        if (found.last != LastStep::unclear) break;
    }
    return found;
}

WaldFit fit(FullModel& model) {
    constexpr int most_rounds = 10;  // Each leaves somebody out.
    for (int round = 0; round < most_rounds; ++round) {
        bool const is_first = round == 0;
        if (!model.has_outcomes()) {
            return without_effect(is_first ? FitStatus::one_class : FitStatus::separated);
        }
        if (model.genotype_tells()) return without_effect(FitStatus::separated);
        auto const [result, last] = attempt(model);
        if (last == LastStep::unclear) break;
        if (last == LastStep::diverges) continue;
        auto const found = read_effect(model, result);
        // Among those who are left covariates tell the genotype.
        bool const is_lost = !is_first && std::isnan(found.effect.standard_error);
        return is_lost ? without_effect(FitStatus::separated) : found;
    }
    return without_effect(FitStatus::not_converged);
}

}  // namespace

WaldFit fit_beside_covariates(EventNull const& null, EventTrait const& trait,
                              std::span<double const> genotypes, FullModelRoom& room) {
    auto const& pattern = null.pattern(trait.pattern);
    expect(std::ssize(genotypes) == null.samples(), "every sample has a genotype or none");
    expect(
        room.genotypes.size() == null.stride() && room.rows.size() >= pattern.rank * null.stride(),
        "the room is for such a model");

    auto const direction = fill_genotypes(pattern, genotypes, room);
    auto const model = trait.family == Family::poisson ? model_times(null, trait, room)
                                                       : model_cases(null, trait, room);
    auto result = fit(*model);
    result.effect.value *= direction;
    return result;
}

}  // namespace maniple

#include "penalised_trait.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/core/small_count.hpp"
#include "maniple/model/covariate_basis.hpp"
#include "maniple/model/trait_problem.hpp"

namespace maniple {
namespace {

void require_indicator(std::span<double const> values, char const* what) {
    for (double value : values) {
        if (value != 0 && value != 1) {
            throw UserError{fmt::format(
                "has the value {} (a {} must be 0 or 1); code it as 0 and 1", value, what)};
        }
    }
}

}  // namespace

TraitDesign::TraitDesign(PenalisedTrait const& trait, SampleMask const& training)
    : outcome_{trait.outcome},
      samples_{training.samples()},
      covariates_{trait.covariates.begin(), trait.covariates.end()},
      basis_{0} {
    expect(outcome_ != Outcome::unknown, "the outcome is known");
    expect(std::ssize(trait.values) == training.samples(), "one value per sample");
    expect(
        std::ssize(trait.events) == (outcome_ == Outcome::time_to_event ? training.samples() : 0),
        "times to event have events");
    choose_samples(trait, training);
    make_basis();
    auto values = gather(trait.values, list_);
    if (outcome_ == Outcome::time_to_event) events_ = gather(trait.events, list_);
    check(values, events_);
    if (outcome_ == Outcome::quantitative) {
        loss_ = squares_loss(std::move(values));
        return;
    }
    auto const& indicator = outcome_ == Outcome::binary ? values : events_;
    cases_ = std::ranges::count(indicator, 1.0);
    if (outcome_ == Outcome::binary) {
        loss_ = logistic_loss(std::move(values));
    } else {
        times_ = values;
        loss_ = hazard_loss(std::move(values), events_);
    }
}

void TraitDesign::choose_samples(PenalisedTrait const& trait, SampleMask const& training) {
    training.for_each([&](SampleIndex s) {
        if (std::isnan(trait.values[s.at()])) return;
        if (!trait.events.empty() && std::isnan(trait.events[s.at()])) return;
        for (auto const& covariate : covariates_) {
            if (std::isnan(covariate.values[s.at()])) return;
        }
        samples_.insert(s);
    });
    list_ = samples_.list();
}

void TraitDesign::make_basis() {
    basis_ = OrthonormalBasis{std::ssize(list_)};
    if (list_.empty()) return;
    basis_.add(std::vector<double>(list_.size(), 1.0));
    for (std::size_t c = 0; c < covariates_.size(); ++c) {
        auto const outcome = basis_.add(gather(covariates_[c].values, list_));
        if (outcome == OrthonormalBasis::Outcome::added) {
            kept_.push_back(c);
        } else {
            collinear_.push_back(covariates_[c].name);
        }
    }
}

void TraitDesign::check(std::span<double const> values, std::span<double const> events) const {
    auto const rank = basis_.columns();
    if (outcome_ == Outcome::quantitative || list_.empty()) {
        std::vector<double> residuals{values.begin(), values.end()};
        basis_.residualize(residuals);
        if (auto const problem = find_problem(values, residuals, rank)) throw UserError{*problem};
        return;
    }
    auto const samples = std::ssize(list_);
    if (samples < rank + 2) {
        throw UserError{fmt::format(
            "has too few samples ({} with it and all covariates, for {} covariate{}); use fewer "
            "covariates, or check where they are missing and the sample filters",
            describe_count(samples), rank - 1, rank == 2 ? "" : "s")};
    }
    auto const indicator = outcome_ == Outcome::binary ? values : events;
    require_indicator(indicator, outcome_ == Outcome::binary ? "binary trait" : "event");
    auto const cases = std::ranges::count(indicator, 1.0);
    if (outcome_ == Outcome::binary && (cases == 0 || cases == samples)) {
        throw UserError{fmt::format(
            "has one class only (all {} samples with it and all covariates are {}); check its "
            "coding and the sample filters",
            samples, cases == 0 ? "controls" : "cases")};
    }
    if (outcome_ != Outcome::time_to_event) return;
    if (cases == 0) {
        throw UserError{fmt::format(
            "has no events (none among {} samples with it and all covariates); check the coding of "
            "the event and the sample filters",
            samples)};
    }
    auto const wrong = std::ranges::find_if(
        values, [](double time) { return !(time >= 0) || !std::isfinite(time); });
    if (wrong != values.end()) {
        throw UserError{fmt::format(
            "has the time {} (must be 0 or more, counted from the start of observation); correct "
            "it, or leave the sample out",
            *wrong)};
    }
}

CovariateModel TraitDesign::covariate_model(std::span<double const> coefficients) const {
    // Columns of the basis span the covariates: R c = coefficients, R = Q'C upper triangular.
    CovariateModel model;
    model.coefficients.assign(covariates_.size(), 0.0);
    for (auto const& covariate : covariates_) model.names.push_back(covariate.name);
    auto const first = first_column();
    std::vector<double> rest{coefficients.begin(), coefficients.end()};
    auto const own = [&](std::int64_t column) -> double& {
        return rest[static_cast<std::size_t>(column - first)];
    };
    for (auto k = std::ssize(kept_); k > 0; --k) {
        auto const c = kept_[static_cast<std::size_t>(k - 1)];
        auto const values = gather(covariates_[c].values, list_);
        double const coefficient = own(k) / fast_dot(basis_.column(k), values);
        model.coefficients[c] = coefficient;
        for (auto q = first; q < k; ++q) own(q) -= coefficient * fast_dot(basis_.column(q), values);
    }
    if (first == 0) model.intercept = own(0) * basis_.column(0)[0];
    return model;
}

std::vector<double> TraitDesign::covariate_predictor(std::span<double const> coefficients) const {
    auto const model = covariate_model(coefficients);
    std::vector<double> predictor(static_cast<std::size_t>(samples_.samples()), model.intercept);
    for (std::size_t c = 0; c < covariates_.size(); ++c) {
        auto const& values = covariates_[c].values;
        for (std::size_t s = 0; s < values.size(); ++s)
            predictor[s] += model.coefficients[c] * values[s];
    }
    return predictor;
}

BaselineHazard TraitDesign::baseline_hazard(std::span<double const> predictor) const {
    expect(outcome_ == Outcome::time_to_event, "only times to event have a baseline hazard");
    return breslow_hazard(times_, events_, predictor);
}

}  // namespace maniple

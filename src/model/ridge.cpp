#include "maniple/model/ridge.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "maniple/core/contract.hpp"
#include "maniple/core/error.hpp"
#include "maniple/linalg/fixed_point.hpp"
#include "maniple/model/trait_problem.hpp"

namespace maniple {
namespace {

void restart(RidgeSystem& system) {
    system.squares = dot(system.residual, system.residual);
    system.direction = system.residual;
    round_to_grid(system.direction);
}

void iterate(RidgeSystem& system, RidgeDesign const& design, double shift,
             std::span<double> product) {
    auto const count = system.solution.size();
    // Rounding the direction has left a little of the covariates in it.
    for (std::size_t s = 0; s < count; ++s) product[s] += shift * system.direction[s];
    design.project(product);
    auto const curvature = dot(system.direction, product);
    ++system.iterations;
    if (!(curvature > 0)) {
        system.phase = RidgeSystem::Phase::checking;
        return;
    }
    auto const step = dot(system.direction, system.residual) / curvature;
    for (std::size_t s = 0; s < count; ++s) {
        system.solution[s] += step * system.direction[s];
        system.residual[s] -= step * product[s];
    }
    auto const before = system.squares;
    system.squares = dot(system.residual, system.residual);
    auto const keep = system.squares / before;
    for (std::size_t s = 0; s < count; ++s) {
        system.direction[s] = system.residual[s] + keep * system.direction[s];
    }
    round_to_grid(system.direction);
}

}  // namespace

RidgeDesign::RidgeDesign(SampleMask const& samples, std::span<Covariate const> covariates)
    : samples_{samples.samples()},
      covariates_{covariates},
      made_{make_basis(samples.list(), covariates)} {}

std::vector<double> RidgeDesign::residual(std::span<double const> trait) const {
    auto const values = gather(trait, made_.samples);
    auto residual = values;
    project(residual);
    if (auto const problem = find_problem(values, residual, rank())) throw UserError{*problem};
    return residual;
}

CovariateModel RidgeDesign::regress(std::span<double const> some) const {
    CovariateModel model;
    for (auto const& covariate : covariates_) model.names.push_back(covariate.name);
    model.coefficients.assign(covariates_.size(), 0.0);
    std::vector<double> rest;
    for (std::int64_t q = 0; q < rank(); ++q) rest.push_back(dot(made_.basis.column(q), some));
    // Columns of the basis span the covariates: R c = rest, R = Q'C upper triangular.
    auto column = rest.size();
    for (auto c = covariates_.size(); c > 0; --c) {
        auto const& covariate = covariates_[c - 1];
        if (std::ranges::find(made_.collinear, covariate.name) != made_.collinear.end()) continue;
        auto const values = gather(covariate.values, made_.samples);
        --column;
        auto const own = made_.basis.column(static_cast<std::int64_t>(column));
        auto const coefficient = rest[column] / dot(own, values);
        model.coefficients[c - 1] = coefficient;
        for (std::size_t q = 0; q < column; ++q) {
            rest[q] -= coefficient * dot(made_.basis.column(static_cast<std::int64_t>(q)), values);
        }
    }
    model.intercept = rest[0] * made_.basis.column(0)[0];
    return model;
}

std::vector<double> RidgeDesign::predict(CovariateModel const& model) const {
    std::vector<double> predictor(static_cast<std::size_t>(samples_), model.intercept);
    for (std::size_t c = 0; c < covariates_.size(); ++c) {
        auto const& values = covariates_[c].values;
        for (std::size_t s = 0; s < predictor.size(); ++s) {
            predictor[s] += model.coefficients[c] * values[s];
        }
    }
    return predictor;
}

double ridge_shift(double heritability, std::int64_t variants) {
    expect(heritability > 0 && heritability < 1, "a heritability is between 0 and 1");

    return static_cast<double>(variants) * (1 - heritability) / heritability;
}

std::vector<double> round_to_grid(std::span<double> values) {
    auto const format = choose_fixed_point(values);
    std::vector<double> lost(values.size());
    for (std::size_t s = 0; s < values.size(); ++s) {
        auto const rounded = to_fixed(values[s], format) / format.scale;
        lost[s] = values[s] - rounded;
        values[s] = rounded;
    }
    return lost;
}

RidgeSystem start_ridge(std::span<double const> right_side) {
    RidgeSystem system;
    system.solution.assign(right_side.size(), 0.0);
    system.residual.assign(right_side.begin(), right_side.end());
    restart(system);
    expect(system.squares > 0, "there is something to explain");
    return system;
}

void advance_ridge(RidgeSystem& system, RidgeDesign const& design,
                   std::span<double const> right_side, double shift, RidgeOptions const& options,
                   std::span<double> product) {
    using Phase = RidgeSystem::Phase;
    expect(system.phase != Phase::done, "the system is not done");
    expect(product.size() == system.solution.size() && right_side.size() == product.size(),
           "one value per sample of the design");

    auto const whole = std::sqrt(dot(right_side, right_side));
    auto const finish = [&] { system.relative_residual = std::sqrt(system.squares) / whole; };
    if (system.phase == Phase::iterating) {
        iterate(system, design, shift, product);
        finish();
        if (system.relative_residual <= options.tolerance ||
            system.iterations >= options.most_iterations) {
            system.phase = Phase::checking;
        }
        // What is checked lies outside of the covariates.
        if (system.phase == Phase::checking) design.project(system.solution);
        return;
    }
    ++system.checks;
    for (std::size_t s = 0; s < product.size(); ++s) product[s] += shift * system.solution[s];
    design.project(product);
    for (std::size_t s = 0; s < product.size(); ++s) {
        system.residual[s] = right_side[s] - product[s];
    }
    system.squares = dot(system.residual, system.residual);
    finish();
    bool const stops = system.relative_residual <= options.tolerance ||
                       system.checks >= options.most_checks ||
                       system.iterations >= options.most_iterations;
    system.phase = stops ? Phase::done : Phase::iterating;
    if (!stops) restart(system);
}

}  // namespace maniple

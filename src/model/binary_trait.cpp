#include "binary_trait.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

#include "logistic_lanes.hpp"
#include "maniple/model/risk_sets.hpp"
#include "newton.hpp"
#include "outcome_loss.hpp"
#include "tilted_lanes.hpp"

namespace maniple {
namespace {

// Of the variance of cases and controls: what is left to test is rounding below it.
constexpr double known_below = 1e-6;

constexpr std::size_t place(std::int64_t i) { return static_cast<std::size_t>(i); }

// A likelihood's terms at the predictor last evaluated.
class NullLikelihood {
public:
    NullLikelihood(OrthonormalBasis const& basis, CaseStatus const& outcome)
        : basis_{basis}, outcome_{outcome} {
        auto const padded = pad_samples(basis.rows());
        for (auto* terms : {&predictor_, &residual_, &weight_, &value_}) {
            *terms = AlignedBuffer<double>{padded};
        }
    }

    Likelihood operator()(std::span<double const> parameters) {
        auto const rows = basis_.rows();
        std::ranges::copy(outcome_.offset, predictor_.data());
        Likelihood point;
        std::vector<double> own(place(rows));
        for (std::int64_t c = 0; c < basis_.columns(); ++c) {
            auto const column = basis_.column(c);
            double const step = parameters[place(c)];
            for (std::size_t i = 0; i < own.size(); ++i) own[i] += step * column[i];
        }
        for (std::int64_t i = 0; i < rows; ++i) {
            predictor_[i] += own[place(i)];
            point.largest_predictor = std::fmax(point.largest_predictor, std::abs(own[place(i)]));
        }
        evaluate_logistic({.predictor = predictor_.data(),
                           .sign = outcome_.sign.data(),
                           .count = predictor_.size(),
                           .residual = residual_.data(),
                           .weight = weight_.data(),
                           .log_likelihood = value_.data()});
        for (std::int64_t i = 0; i < rows; ++i) point.value += value_[i];
        for (std::int64_t c = 0; c < basis_.columns(); ++c) {
            point.gradient.push_back(fast_dot(basis_.column(c), residuals()));
        }
        point.information = weighted_gram(weights(), basis_, 0);
        return point;
    }

    std::span<double const> predictors() const { return first(predictor_); }
    std::span<double const> residuals() const { return first(residual_); }
    std::span<double const> weights() const { return first(weight_); }

private:
    std::span<double const> first(AlignedBuffer<double> const& terms) const {
        return terms.span().first(place(basis_.rows()));
    }

    OrthonormalBasis const& basis_;
    CaseStatus const& outcome_;
    AlignedBuffer<double> predictor_, residual_, weight_, value_;
};

}  // namespace

CaseStatus::CaseStatus(std::int64_t samples)
    : sign(place(pad_samples(samples)), -1.0), offset(sign.size()) {
    std::fill(sign.begin() + samples, sign.end(), 1.0);
}

FittedEventTrait fit_binary_trait(CovariateBasis const& made, CaseStatus const& outcome,
                                  std::vector<double> start, std::int64_t samples) {
    FittedEventTrait fitted;
    NullLikelihood likelihood{made.basis, outcome};
    auto const result = maximize(std::ref(likelihood), std::move(start));
    if (result.status != FitStatus::ok) {
        fitted.problem =
            result.status == FitStatus::separated
                ? "is told apart without error by the covariates (cases and controls are "
                  "separated); leave out the covariate that repeats it"
                : "has no null model (the logistic regression on the covariates does not "
                  "converge); check the covariates' scales";
        return fitted;
    }
    auto const at_optimum = likelihood(result.parameters);
    auto& trait = fitted.trait;
    trait.cases = outcome.cases;
    trait.controls = std::ssize(made.samples) - outcome.cases;
    EventTerms terms{likelihood.residuals(), likelihood.weights(), at_optimum.information};
    if (!add_columns(made, std::move(terms), samples, fitted)) {
        fitted.problem =
            "has no null model (covariates are collinear where its risk is not 0 or 1); leave out "
            "covariates, or levels with few samples";
        return fitted;
    }
    std::vector<double> risk;
    for (std::size_t i = 0; i < made.samples.size(); ++i) {
        double const own = (outcome.sign[i] > 0 ? 1 : 0) - likelihood.residuals()[i];
        risk.push_back(own < least_expected ? 0 : own);
        trait.third_sum += likelihood.weights()[i] * (1 - 2 * risk[i]);
    }
    auto const people = static_cast<double>(made.samples.size());
    auto const cases = static_cast<double>(trait.cases);
    if (trait.weight_sum < known_below * cases * (people - cases) / people) {
        fitted.problem =
            "is known without error from its covariates (is the trait itself among them?); leave "
            "them, or the trait, out";
        return fitted;
    }
    trait.mean = spread(risk, made.samples, samples);
    trait.predictor = spread(likelihood.predictors(), made.samples, samples);
    trait.sign = spread(outcome.sign, made.samples, samples, -1.0);
    return fitted;
}

}  // namespace maniple

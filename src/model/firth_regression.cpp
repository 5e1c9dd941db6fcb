#include "maniple/model/firth_regression.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "firth_lanes.hpp"
#include "logistic_lanes.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/linalg/cholesky.hpp"

namespace maniple {
namespace {

constexpr int most_steps = 200;
constexpr int most_halvings = 20;
constexpr double converged = 1e-11;  // Of the squared step in units of standard errors.
constexpr double longest = 5;        // Step in standard errors.
constexpr double shortest_share = 0.25;
constexpr double longest_share = 2;

constexpr std::size_t place(std::int64_t i) { return static_cast<std::size_t>(i); }

// b = inverse(L') b
void solve_upper(std::span<double const> factor, std::span<double> b) {
    for (auto r = b.size(); r-- > 0;) {
        for (auto k = r + 1; k < b.size(); ++k) b[r] -= factor[k * (k + 1) / 2 + r] * b[k];
        b[r] /= factor[r * (r + 1) / 2 + r];
    }
}

}  // namespace

FirthWorkspace::FirthWorkspace(std::int64_t samples, std::int64_t covariates)
    : predictor_{samples},
      cases_{samples},
      residual_{samples},
      weight_{samples},
      value_{samples},
      lanes_{8 * (triangle_size(covariates + 1) + 2 * (covariates + 1))} {}

std::int64_t FirthWorkspace::bytes(std::int64_t samples, std::int64_t covariates) {
    return 8 * (5 * samples + 8 * (triangle_size(covariates + 1) + 2 * (covariates + 1)));
}

/// Which effects are free.
enum class Free { all, covariates };

class FirthFit {
public:
    FirthFit(FirthProblem const& problem, FirthWorkspace& work)
        : problem_{problem},
          work_{work},
          x_{.covariates = problem.covariates.data(),
             .stride = problem.covariates.row_stride(),
             .rank = problem.covariates.rows(),
             .last = problem.column.data(),
             .count = std::ssize(problem.column)} {
        for (std::int64_t i = 0; i < x_.count; ++i) {
            work_.cases_[i] = problem_.inside[place(i)] * (problem_.sign[place(i)] > 0 ? 1 : 0);
        }
    }

    struct Optimum {
        double value;  ///< Penalised log likelihood.
        double effect;
        double variance;
    };

    std::optional<Optimum> maximize(double start, Free free) {
        parameters_.assign(place(x_.columns()), 0);
        if (free == Free::all) parameters_.back() = start;
        auto value = evaluate();
        double share = 1;   // Of the last step that was taken,
        double before = 0;  // and its squared length.
        for (int i = 0; value && i < most_steps; ++i) {
            find_score();
            if (i > 0) share = next_share(share, before);
            double const decrement = solve(free);
            before = decrement;
            if (decrement < converged) {
                double const last = factor_.back();
                return Optimum{*value, parameters_.back() + step_.back(), 1 / (last * last)};
            }
            share = std::min(share, longest / std::sqrt(decrement));
            value = advance(*value, share);
        }
        return std::nullopt;
    }

private:
    // The information leaves out how the penalty bends: of a variant with one carrier steps by it
    // go twice as far as they should. How the score fell along the last step tells by how much
    // (J. Barzilai and J. M. Borwein 1988, IMA J. Numer. Anal. 8, equation 5).
    double next_share(double share, double before) const {
        double along = 0;
        for (std::size_t r = 0; r < step_.size(); ++r) along += step_[r] * score_[r];
        double const fall = before - along;
        if (!(fall > 0)) return 1;
        return std::clamp(share * before / fall, shortest_share, longest_share);
    }

    // X'(r + h (1/2 - p)), where h are the diagonal elements of the hat matrix.
    void find_score() {
        auto* const slopes = work_.value_.data();
        auto const& forms = firth_forms();
        forms.leverage(x_, factor_.data(), work_.lanes_.data(), slopes);
        for (std::int64_t i = 0; i < x_.count; ++i) {
            double const residual = work_.residual_[i];
            double const risk = work_.cases_[i] - residual;
            slopes[i] = residual + work_.weight_[i] * slopes[i] * (0.5 - risk);
        }
        forms.multiply(x_, slopes, work_.lanes_.data(), score_.data());
    }

    // From the score to the step; returns its squared length in standard errors.
    double solve(Free free) {
        step_ = score_;
        auto const count = free == Free::all ? step_.size() : step_.size() - 1;
        auto const some = std::span{step_}.first(count);
        auto const triangle =
            std::span{factor_}.first(place(triangle_size(static_cast<std::int64_t>(count))));
        solve_lower(triangle, some);
        double decrement = 0;
        for (double part : some) decrement += part * part;
        solve_upper(triangle, some);
        if (free == Free::covariates) step_.back() = 0;
        return decrement;
    }

    // Along the step, as far as the likelihood rises.
    std::optional<double> advance(double before, double& share) {
        auto const from = parameters_;
        for (int halvings = 0;; ++halvings, share /= 2) {
            for (std::size_t r = 0; r < from.size(); ++r) {
                parameters_[r] = from[r] + share * step_[r];
            }
            auto const value = evaluate();
            bool const rises = value && *value >= before - 1e-10 * (1 + std::abs(before));
            if (rises || halvings == most_halvings) return value;
        }
    }

    // Likelihood, residuals, weights and the information's factor; nothing where that has none.
    std::optional<double> evaluate() {
        std::ranges::copy(problem_.offset, work_.predictor_.data());
        firth_forms().advance(x_, parameters_.data(), work_.predictor_.data());
        evaluate_logistic({.predictor = work_.predictor_.data(),
                           .sign = problem_.sign.data(),
                           .count = x_.count,
                           .residual = work_.residual_.data(),
                           .weight = work_.weight_.data(),
                           .log_likelihood = work_.value_.data()});
        double value = 0;
        for (std::int64_t i = 0; i < x_.count; ++i) {
            double const inside = problem_.inside[place(i)];
            work_.residual_[i] *= inside;
            work_.weight_[i] *= inside;
            value += work_.value_[i] * inside;
        }
        firth_forms().gram(x_, work_.weight_.data(), work_.lanes_.data(), factor_.data());
        if (!(factorize(factor_, x_.columns()) > 0)) return std::nullopt;
        for (std::int64_t r = 1; r <= x_.columns(); ++r) {
            value += portable_log(factor_[place(triangle_size(r) - 1)]);
        }
        return value;
    }

    FirthProblem const& problem_;
    FirthWorkspace& work_;
    FirthColumns x_;
    std::vector<double> parameters_ = std::vector<double>(place(x_.columns()));
    std::vector<double> score_ = parameters_;
    std::vector<double> step_ = parameters_;
    std::vector<double> factor_ = std::vector<double>(place(triangle_size(x_.columns())));
};

FirthEffect fit_firth(FirthProblem const& problem, double start, FirthWorkspace& workspace) {
    auto const samples = std::ssize(problem.column);
    expect(problem.covariates.columns() == samples && std::ssize(problem.offset) == samples &&
               std::ssize(problem.sign) == samples && std::ssize(problem.inside) == samples,
           "every array has a row per sample");
    expect(samples % firth_padding == 0, "rows are padded");

    FirthFit fit{problem, workspace};
    auto const without = fit.maximize(0, Free::covariates);
    auto const with = fit.maximize(start, Free::all);
    if (!without || !with) return {};
    return {.has_converged = true,
            .beta = with->effect,
            .standard_error = std::sqrt(with->variance),
            .likelihood_ratio = 2 * std::max(0.0, with->value - without->value)};
}

}  // namespace maniple

#include "firth_near.hpp"

#include <algorithm>
#include <cmath>

#include "firth_lanes.hpp"
#include "logistic_lanes.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"
#include "maniple/linalg/cholesky.hpp"
#include "tilted_lanes.hpp"

namespace maniple {
namespace {

constexpr int most_steps = 8;
// Squared steps in units of standard errors:
constexpr double foreseen = 1e-14;     // the next one,
constexpr double least_rise = 1e-9;    // that which is next to come of the likelihood,
constexpr double least_fall = 0.25;    // and of one step after another.
constexpr double frozen_below = 0.05;  // A step, with which hats hardly change.

constexpr std::size_t place(std::int64_t i) { return static_cast<std::size_t>(i); }

// b = inverse(L') b
void solve_upper(std::span<double const> factor, std::span<double> b) {
    for (auto r = b.size(); r-- > 0;) {
        for (auto k = r + 1; k < b.size(); ++k) b[r] -= factor[k * (k + 1) / 2 + r] * b[k];
        b[r] /= factor[r * (r + 1) / 2 + r];
    }
}

void solve(std::span<double const> factor, std::span<double> b) {
    solve_lower(factor, b);
    solve_upper(factor, b);
}

double dot(std::span<double const> a, std::span<double const> b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

// Lower triangle of inverse(L L').
void invert(std::span<double const> factor, std::int64_t rank, std::vector<double>& inverse) {
    inverse.clear();
    std::vector<double> column(place(rank));
    std::vector<double> all(place(rank * rank));
    for (std::int64_t c = 0; c < rank; ++c) {
        std::ranges::fill(column, 0.0);
        column[place(c)] = 1;
        solve(factor, column);
        std::ranges::copy(column, all.begin() + c * rank);
    }
    for (std::int64_t r = 0; r < rank; ++r) {
        for (std::int64_t c = 0; c <= r; ++c) inverse.push_back(all[place(r * rank + c)]);
    }
}

std::int64_t room_of_sums(std::int64_t covariates) {
    return std::max(near_lanes, std::int64_t{8}) *
           (triangle_size(covariates) + 4 * (covariates + 1));
}

}  // namespace

FirthNeighbourhood::FirthNeighbourhood(std::int64_t samples, std::int64_t covariates)
    : risks_{samples},
      residuals_{samples},
      weights_{samples},
      leverages_{samples},
      work_{samples},
      inside_risks_{samples},
      inside_residuals_{samples},
      lanes_{room_of_sums(covariates)} {}

std::int64_t FirthNeighbourhood::bytes(std::int64_t samples, std::int64_t covariates) {
    return 8 * (7 * samples + room_of_sums(covariates) + 4 * triangle_size(covariates));
}

bool FirthNeighbourhood::evaluate(FirthTrait const& trait, std::span<double> score) {
    FirthColumns const x{.covariates = trait.covariates.data(),
                         .stride = trait.covariates.row_stride(),
                         .rank = rank_,
                         .last = nullptr,
                         .count = count_};
    evaluate_logistic({.predictor = work_.data(),
                       .sign = trait.sign.data(),
                       .count = count_,
                       .residual = residuals_.data(),
                       .weight = weights_.data(),
                       .log_likelihood = leverages_.data()});
    for (std::int64_t i = 0; i < count_; ++i) {
        double const inside = trait.inside[place(i)];
        double const observed = trait.sign[place(i)] > 0 ? inside : 0;
        residuals_[i] *= inside;
        weights_[i] *= inside;
        risks_[i] = observed - residuals_[i];
    }
    auto const& forms = firth_forms();
    forms.gram(x, weights_.data(), lanes_.data(), information_.data());
    factor_ = information_;
    if (!(factorize(factor_, rank_) > 0)) return false;
    forms.multiply(x, residuals_.data(), lanes_.data(), score_.data());
    forms.leverage(x, factor_.data(), lanes_.data(), leverages_.data());
    for (std::int64_t i = 0; i < count_; ++i) {
        weights_[i] *= leverages_[i] * (0.5 - risks_[i]);
    }
    forms.multiply(x, weights_.data(), lanes_.data(), score.data());
    for (std::size_t r = 0; r < score.size(); ++r) score[r] += score_[r];
    return true;
}

void FirthNeighbourhood::start(FirthTrait const& trait) {
    rank_ = trait.covariates.rows();
    count_ = std::ssize(trait.offset);
    expect(trait.covariates.columns() == count_ && count_ <= risks_.size() &&
               room_of_sums(rank_) <= lanes_.size(),
           "there is room for the trait");
    expect(count_ % tilted_step == 0, "rows are padded");
    columns_.clear();
    largest_.clear();
    for (std::int64_t c = 0; c < pad_columns(rank_); ++c) {
        auto const column = trait.covariates.row(std::min(c, rank_ - 1));
        columns_.push_back(column.data());
        if (c >= rank_) continue;
        float largest = 0;
        for (float value : column) largest = std::max(largest, std::abs(value));
        largest_.push_back(static_cast<double>(largest));
    }
    information_.resize(place(triangle_size(rank_)));
    score_.resize(place(rank_));
    step_.resize(place(rank_));

    FirthColumns const x{.covariates = trait.covariates.data(),
                         .stride = trait.covariates.row_stride(),
                         .rank = rank_,
                         .last = nullptr,
                         .count = count_};
    // One step from where the likelihood is largest.
    auto const& forms = firth_forms();
    forms.leverage(x, trait.factor.data(), lanes_.data(), leverages_.data());
    for (std::int64_t i = 0; i < count_; ++i) {
        double const risk = trait.risks[place(i)];
        weights_[i] = risk * (1 - risk) * leverages_[i] * (0.5 - risk);
    }
    forms.multiply(x, weights_.data(), lanes_.data(), step_.data());
    solve(trait.factor, step_);
    std::ranges::copy(trait.offset, work_.data());
    forms.advance(x, step_.data(), work_.data());
    is_usable_ = evaluate(trait, step_);
    if (!is_usable_) return;
    solve(factor_, step_);
    invert(factor_, rank_, inverse_);
}

std::span<double const> FirthNeighbourhood::mask(std::span<double const> values,
                                                 std::span<double const> inside,
                                                 AlignedBuffer<double>& masked) const {
    if (inside.empty()) return values;
    for (std::int64_t i = 0; i < count_; ++i) {
        masked[i] = values[place(i)] * inside[place(i)];
    }
    return masked.span().first(place(count_));
}

class FirthNeighbourhood::Fit {
public:
    Fit(FirthNeighbourhood& base, NearColumn const& column)
        : base_{base},
          column_{column},
          x_{.columns = base.columns_.data(),
             .rank = base.rank_,
             .genotypes = column.genotypes.data(),
             .risks = base.mask(base.risks_.span(), column.inside, base.inside_risks_).data(),
             .residuals =
                 base.mask(base.residuals_.span(), column.inside, base.inside_residuals_).data(),
             .base_risks = base.risks_.data(),
             .base_residuals = base.residuals_.data(),
             .count = base.count_} {}

    struct Optimum {
        double value;  ///< Penalised log likelihood, less the base's without penalty.
        double effect;
        double information;
    };

    /// All effects are free.
    std::optional<Optimum> maximize() {
        std::ranges::fill(place_, 0.0);
        effect_ = column_.start;
        if (!begin()) return std::nullopt;
        double before = step_all();
        for (int i = 1; i < most_steps; ++i) {
            advance();
            if (!evaluate(Hats::changed)) return std::nullopt;
            double const decrement = step_all();
            if (!(decrement < least_fall * before)) return std::nullopt;
            if (decrement * decrement < foreseen * before) {
                double const growth = 2 * (dot(own_, step_) + own_score_ * effect_step_);
                return Optimum{value_ + decrement / 2, effect_ + effect_step_,
                               left_ * (1 + growth)};
            }
            before = decrement;
        }
        return std::nullopt;
    }

    /// The largest value without the effect. \pre  after maximize()
    std::optional<double> maximize_without() {
        std::ranges::fill(place_, 0.0);
        effect_ = effect_step_ = 0;
        double before = 0;
        if (column_.inside.empty()) {
            before = step_from_base();
        } else {
            if (!evaluate(Hats::frozen)) return std::nullopt;
            before = step_covariates();
        }
        auto const hats = before < frozen_below * frozen_below ? Hats::frozen : Hats::changed;
        for (int i = 1; i < most_steps; ++i) {
            advance();
            if (!evaluate(hats)) return std::nullopt;
            double const decrement = step_covariates();
            if (!(decrement < least_fall * before)) return std::nullopt;
            if (decrement * std::sqrt(decrement / before) < least_rise) {
                return value_ + decrement / 2;
            }
            before = decrement;
        }
        return std::nullopt;
    }

private:
    enum class Hats { frozen, changed };

    void advance() {
        effect_ += effect_step_;
        for (std::size_t r = 0; r < place_.size(); ++r) place_[r] += step_[r];
    }

    // Steps from the base are of floats. False where they are too long.
    bool round() {
        double farthest = 0;
        for (std::size_t r = 0; r < place_.size(); ++r) {
            steps_[r] = static_cast<float>(place_[r]);
            place_[r] = static_cast<double>(steps_[r]);
            farthest += std::abs(place_[r]) * base_.largest_[r];
        }
        return farthest < most_tilted / 2 && std::abs(effect_) < column_.limit / 2;
    }

    NearRoom room() {
        return {.risks = base_.work_.data(),
                .scores = score_.data(),
                .crossed = crossed_.data(),
                .triangle = factor_.data(),
                .lanes = base_.lanes_.data()};
    }

    // What covariates leave of the genotypes; false where that is nothing.
    bool find_left(double square) {
        fitted_ = crossed_;
        solve(factor_, fitted_);
        left_ = square - dot(fitted_, crossed_);
        return left_ > 0;
    }

    // The score where covariates are the base's, and all but the genotypes' own part in hats is.
    bool begin() {
        if (!round()) return false;
        auto const sums = near_forms().begin(x_, effect_,
                                             {.leverages = base_.leverages_.data(),
                                              .rest = column_.information_there,
                                              .base_rest = column_.information},
                                             {.scores = score_.data(),
                                              .own_scores = own_.data(),
                                              .base_scores = own_at_base_.data(),
                                              .crossed = crossed_.data(),
                                              .lanes = base_.lanes_.data()});
        factor_ = base_.factor_;
        if (!find_left(sums.square)) return false;
        // As if the part in hats had been of G - fitted from the start.
        double const scale = column_.information_there / left_;
        double const moved = dot(fitted_, own_);
        for (std::size_t r = 0; r < score_.size(); ++r) {
            score_[r] += base_.score_[r] + scale * own_[r];
        }
        effect_score_ = sums.score + scale * (sums.own_score - 2 * moved);
        set_fall(sums.bend, 2 * scale * (sums.own_score - 3 * moved));
        return true;
    }

    // How fast the penalised score falls, as far as the effect alone has a part in it.
    void set_fall(double bend, double skew) {
        fall_ = std::max(left_ - (bend - skew * skew) / 2, left_ / 2);
    }

    bool evaluate(Hats hats) {
        if (!round()) return false;
        auto const& forms = near_forms();
        auto const sums = forms.sum(x_, {steps_.data(), effect_}, room());
        for (std::size_t k = 0; k < factor_.size(); ++k) factor_[k] += base_.information_[k];
        if (!(factorize(factor_, base_.rank_) > 0)) return false;
        if (!find_left(sums.square)) return false;
        value_ = sums.log_likelihood + portable_log(left_) / 2;
        for (std::int64_t r = 1; r <= base_.rank_; ++r) {
            value_ += portable_log(factor_[place(triangle_size(r) - 1)]);
        }
        for (std::size_t r = 0; r < score_.size(); ++r) {
            score_[r] += base_.score_[r];
            fitted_floats_[r] = static_cast<float>(fitted_[r]);
        }
        auto const penalty =
            forms.penalize(x_, base_.work_.data(),
                           {.leverages = base_.leverages_.data(),
                            .change = hats == Hats::frozen ? nullptr : find_change(),
                            .fitted = fitted_floats_.data(),
                            .rest = left_},
                           slopes());
        for (std::size_t r = 0; r < score_.size(); ++r) score_[r] += crossed_[r];
        effect_score_ = sums.score + penalty.score;
        own_score_ = penalty.own_score;
        set_fall(penalty.bend, penalty.skew);
        return true;
    }

    // How inverse(Q'WQ) differs from the base's.
    float const* find_change() {
        invert(factor_, base_.rank_, inverse_);
        std::size_t k = 0;
        for (std::int64_t r = 0; r < base_.rank_; ++r) {
            for (std::int64_t c = 0; c <= r; ++c, ++k) {
                change_[k] =
                    static_cast<float>((c < r ? 2 : 1) * (inverse_[k] - base_.inverse_[k]));
            }
        }
        return change_.data();
    }

    NearSlopes slopes() {
        return {.scores = crossed_.data(), .own_scores = own_.data(), .lanes = base_.lanes_.data()};
    }

    // From the score to the step; each returns its squared length in standard errors.
    double step_covariates() {
        step_ = score_;
        solve_lower(factor_, step_);
        double const decrement = dot(step_, step_);
        solve_upper(factor_, step_);
        return decrement;
    }
    double step_all() {
        double const own = effect_score_ - dot(fitted_, score_);
        double const decrement = step_covariates() + own * own / left_;
        effect_step_ = own / fall_;
        for (std::size_t r = 0; r < step_.size(); ++r) step_[r] -= effect_step_ * fitted_[r];
        return decrement;
    }
    // What G as it is adds to the penalty at the base moves covariates from their own optimum.
    double step_from_base() {
        factor_ = base_.factor_;
        score_ = own_at_base_;
        double const decrement = step_covariates();
        for (std::size_t r = 0; r < step_.size(); ++r) step_[r] += base_.step_[r];
        return decrement;
    }

    FirthNeighbourhood& base_;
    NearColumn const& column_;
    NearSamples x_;
    std::vector<double> place_ = std::vector<double>(place(base_.rank_));
    std::vector<double> score_ = place_;
    std::vector<double> crossed_ = place_;      // Q'Wg
    std::vector<double> fitted_ = place_;       // Coefficients of Q in g.
    std::vector<double> own_ = place_;          // What the effect's hats add to the score.
    std::vector<double> own_at_base_ = place_;  // The same at the base.
    std::vector<double> step_ = place_;
    std::vector<float> steps_ = std::vector<float>(place(base_.rank_));
    std::vector<float> fitted_floats_ = steps_;
    std::vector<double> factor_ = std::vector<double>(place(triangle_size(base_.rank_)));
    std::vector<double> inverse_;
    std::vector<float> change_ = std::vector<float>(factor_.size());
    double effect_ = 0;
    double effect_step_ = 0;
    double effect_score_ = 0;
    double own_score_ = 0;  // As `own_`.
    double fall_ = 0;
    double left_ = 0;  // What covariates leave of g'Wg.
    double value_ = 0;
};

std::optional<FirthEffect> FirthNeighbourhood::fit(NearColumn const& column) {
    expect(std::ssize(column.genotypes) == count_ &&
               (column.inside.empty() || std::ssize(column.inside) == count_),
           "every array has a row per sample");
    if (!is_usable_) return std::nullopt;
    Fit fit{*this, column};
    auto const with = fit.maximize();
    if (!with) return std::nullopt;
    auto const without = fit.maximize_without();
    if (!without) return std::nullopt;
    return FirthEffect{.has_converged = true,
                       .beta = with->effect,
                       .standard_error = 1 / std::sqrt(with->information),
                       .likelihood_ratio = 2 * std::max(0.0, with->value - *without)};
}

}  // namespace maniple

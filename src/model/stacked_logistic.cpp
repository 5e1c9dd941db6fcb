#include <algorithm>
#include <cmath>
#include <numeric>

#include "logistic_passes.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/linalg/dense_matrix.hpp"
#include "maniple/linalg/orthonormal_basis.hpp"
#include "maniple/model/logistic_regression.hpp"
#include "maniple/model/stacked_ridge.hpp"
#include "stacked_parts.hpp"

namespace maniple {
namespace {

// One vector of coefficients' size for each of some fits.
class Vectors {
public:
    Vectors(std::size_t count, std::int64_t columns)
        : count_{static_cast<std::int64_t>(count)},
          columns_{columns},
          values_(count * static_cast<std::size_t>(columns)) {}

    std::span<double> operator[](std::size_t row) {
        return std::span{values_}.subspan(row * static_cast<std::size_t>(columns_),
                                          static_cast<std::size_t>(columns_));
    }
    MatrixView<double> view() { return {values_.data(), count_, columns_}; }

    Vectors choose(std::span<std::size_t const> rows) {
        Vectors chosen{rows.size(), columns_};
        for (std::size_t r = 0; r < rows.size(); ++r) {
            std::ranges::copy((*this)[rows[r]], chosen[r].begin());
        }
        return chosen;
    }

private:
    std::int64_t count_;
    std::int64_t columns_;
    std::vector<double> values_;
};

void add_multiple(double factor, std::span<double const> from, std::span<double> to) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += factor * from[i];
}

// A maximum of log likelihood - penalty / 2 |b|^2 that is being looked for.
struct Search {
    LogisticFit fit;
    std::size_t penalty = 0;   // Position.
    double value = 0;          // What is maximised, at the latest point that was accepted.
    bool is_accepted = false;  // Whether there is one.
    int halvings = 0;
    FitStatus status = FitStatus::not_converged;  // Until it has.
};

// Newton's method. Its linear systems, with the curvature X'WX + penalty of a fit, are solved by
// conjugate gradients, preconditioned with the curvature of the null model over all folds (less
// the share that is left out): it is factorised once per penalty, for weights change little.
class NewtonSearch {
public:
    NewtonSearch(StackedData const& data, LogisticPasses& passes)
        : data_{data}, passes_{passes}, columns_{data.predictors.rows()} {
        AlignedBuffer<double> null{columns_ * columns_};
        MatrixView<double> const curvature{null.data(), columns_, columns_};
        passes.add_null_curvature(curvature);
        auto const share = 1 - 1 / static_cast<double>(data.fold_count);
        for (double penalty : data.penalties) {
            auto& own = factors_.emplace_back(columns_ * columns_);
            MatrixView<double> const matrix{own.data(), columns_, columns_};
            for (std::int64_t r = 0; r < columns_; ++r) {
                for (std::int64_t c = 0; c <= r; ++c) matrix(r, c) = share * curvature(r, c);
                matrix(r, r) += penalty;
            }
            is_definite_ = is_definite_ && factorize(matrix) > 0;
        }
    }

    bool is_definite() const { return is_definite_; }

    // From the coefficients that stand there, one row per search. A search that ends without a
    // maximum says so in its status.
    void run(std::vector<Search>& searches, Vectors& coefficients) {
        constexpr int most_rounds = 100;
        auto accepted = coefficients;  // The latest points that were accepted.
        std::vector<std::size_t> active(searches.size());
        std::iota(active.begin(), active.end(), std::size_t{0});
        for (int round = 0; round < most_rounds && !active.empty(); ++round) {
            auto at = coefficients.choose(active);
            Vectors gradients{active.size(), columns_};
            evaluate(searches, active, at, gradients);
            std::vector<std::size_t> next;  // Rows of `active` that get a Newton step.
            for (std::size_t r = 0; r < active.size(); ++r) {
                auto& search = searches[active[r]];
                auto const own = coefficients[active[r]];
                auto const before = accepted[active[r]];
                if (accept(search, own)) {
                    std::ranges::copy(own, before.begin());
                    next.push_back(r);
                } else {
                    for (std::size_t c = 0; c < own.size(); ++c) own[c] = (own[c] + before[c]) / 2;
                }
            }
            step(searches, active, next, gradients, coefficients);
            std::erase_if(active, [&](std::size_t s) { return has_ended(searches[s]); });
        }
    }

private:
    // Of Newton's decrement, the squared step in units of standard errors: the step to the maximum
    // from so near is still taken, and leaves a far smaller one.
    static constexpr double converged = 1e-12;
    static constexpr int most_halvings = 30;

    static bool has_ended(Search const& search) {
        return search.status == FitStatus::ok || search.halvings > most_halvings ||
               !std::isfinite(search.value);
    }
    double penalty(Search const& search) const { return data_.penalties[search.penalty]; }

    // Gradients of what is maximised.
    void evaluate(std::vector<Search>& searches, std::span<std::size_t const> active, Vectors& at,
                  Vectors& gradients) {
        std::vector<LogisticFit> fits;
        for (auto s : active) fits.push_back(searches[s].fit);
        passes_.evaluate(fits, at.view(), gradients.view());
        for (std::size_t r = 0; r < active.size(); ++r) {
            auto& search = searches[active[r]];
            search.fit = fits[r];
            add_multiple(-penalty(search), at[r], gradients[r]);
        }
    }

    // Is the new point no worse than the one before it? Near the optimum values differ by less
    // than their rounding.
    bool accept(Search& search, std::span<double const> coefficients) const {
        auto const value =
            search.fit.log_likelihood - penalty(search) / 2 * dot(coefficients, coefficients);
        auto const least = search.value - 1e-12 * (1 + std::abs(search.value));
        if (search.is_accepted && !(value >= least)) {
            ++search.halvings;
            return false;
        }
        search.is_accepted = true;
        search.halvings = 0;
        search.value = value;
        return true;
    }

    // Newton steps of some rows of `active`, for those that have converged the last.
    void step(std::vector<Search>& searches, std::span<std::size_t const> active,
              std::vector<std::size_t> const& rows, Vectors& gradients, Vectors& coefficients) {
        std::vector<Search*> own;
        for (auto r : rows) own.push_back(&searches[active[r]]);
        auto residuals = gradients.choose(rows);
        auto steps = solve(own, residuals);
        for (std::size_t r = 0; r < rows.size(); ++r) {
            auto const decrement = dot(steps[r], gradients[rows[r]]);
            if (decrement < converged) own[r]->status = FitStatus::ok;
            if (!std::isfinite(decrement)) own[r]->value = decrement;
            add_multiple(1, steps[r], coefficients[active[rows[r]]]);
        }
    }

    // Conjugate gradients for (X'WX + penalty) x = b, to a share of b that falls with the distance
    // from the optimum, so that Newton's method keeps its rate. Overwrites b with what is left.
    Vectors solve(std::span<Search* const> searches, Vectors& b) {
        Vectors x{searches.size(), columns_};
        auto preconditioned = precondition(searches, b);
        auto directions = preconditioned;
        std::vector<double> norms(searches.size());
        std::vector<double> targets(searches.size());
        std::vector<std::size_t> active;
        for (std::size_t r = 0; r < searches.size(); ++r) {
            norms[r] = dot(b[r], preconditioned[r]);
            targets[r] = norms[r] * std::clamp(norms[r], 1e-6, 0.01);
            if (norms[r] > 0) active.push_back(r);
        }
        auto const most = 2 * columns_ + 20;
        for (std::int64_t i = 0; i < most && !active.empty(); ++i) {
            descend(searches, active, {b, x, directions, norms});
            std::erase_if(active, [&](std::size_t r) { return !(norms[r] > targets[r]); });
        }
        return x;
    }

    struct Descent {
        Vectors& residuals;
        Vectors& x;
        Vectors& directions;
        std::vector<double>& norms;  // Residual times preconditioned residual.
    };

    // One step of conjugate gradients for the active rows.
    void descend(std::span<Search* const> searches, std::span<std::size_t const> active,
                 Descent const& descent) {
        std::vector<Search*> own;
        std::vector<LogisticFit> fits;
        for (auto r : active) {
            own.push_back(searches[r]);
            fits.push_back(searches[r]->fit);
        }
        auto directions = descent.directions.choose(active);
        Vectors images{active.size(), columns_};
        passes_.multiply(fits, directions.view(), images.view());
        for (std::size_t r = 0; r < active.size(); ++r) {
            auto const direction = directions[r];
            add_multiple(penalty(*own[r]), direction, images[r]);
            auto const length = descent.norms[active[r]] / dot(direction, images[r]);
            add_multiple(length, direction, descent.x[active[r]]);
            add_multiple(-length, images[r], descent.residuals[active[r]]);
        }
        auto residuals = descent.residuals.choose(active);
        auto preconditioned = precondition(own, residuals);
        for (std::size_t r = 0; r < active.size(); ++r) {
            auto const norm = dot(residuals[r], preconditioned[r]);
            auto const ratio = norm / descent.norms[active[r]];
            auto const direction = descent.directions[active[r]];
            for (std::size_t c = 0; c < direction.size(); ++c) {
                direction[c] = preconditioned[r][c] + ratio * direction[c];
            }
            descent.norms[active[r]] = norm;
        }
    }

    // All right-hand sides with the same penalty together.
    Vectors precondition(std::span<Search* const> searches, Vectors& b) const {
        Vectors result{searches.size(), columns_};
        for (std::size_t p = 0; p < factors_.size(); ++p) {
            std::vector<std::size_t> rows;
            for (std::size_t r = 0; r < searches.size(); ++r) {
                if (searches[r]->penalty == p) rows.push_back(r);
            }
            if (rows.empty()) continue;
            AlignedBuffer<double> sides{columns_ * std::ssize(rows)};
            MatrixView<double> const side{sides.data(), columns_, std::ssize(rows)};
            for (std::size_t r = 0; r < rows.size(); ++r) {
                for (std::int64_t c = 0; c < columns_; ++c) {
                    side(c, static_cast<std::int64_t>(r)) = b[rows[r]][static_cast<std::size_t>(c)];
                }
            }
            MatrixView<double const> const factor{factors_[p].data(), columns_, columns_};
            solve_lower(factor, side);
            solve_lower_transposed(factor, side);
            for (std::size_t r = 0; r < rows.size(); ++r) {
                for (std::int64_t c = 0; c < columns_; ++c) {
                    result[rows[r]][static_cast<std::size_t>(c)] =
                        side(c, static_cast<std::int64_t>(r));
                }
            }
        }
        return result;
    }

    StackedData const& data_;
    LogisticPasses& passes_;
    std::int64_t columns_;
    std::vector<AlignedBuffer<double>> factors_;  // One per penalty.
    bool is_definite_ = true;
};

// Losses of all penalties, and the best of those whose fits all converged.
FitStatus choose(StackedData const& data, std::vector<Search> const& searches,
                 std::vector<PredictionSums> const& held_out, StackedFit& fit) {
    auto status = FitStatus::not_converged;
    for (std::size_t p = 0; p < data.penalties.size(); ++p) {
        PredictionSums sums;
        bool has_converged = true;
        for (std::size_t s = 0; s < searches.size(); ++s) {
            if (searches[s].penalty != p) continue;
            sums += held_out[s];
            has_converged = has_converged && searches[s].status == FitStatus::ok;
        }
        fit.losses.push_back(sums.loss());
        auto const chosen = static_cast<std::size_t>(fit.chosen);
        if (has_converged && (status != FitStatus::ok ||
                              fit.losses[p].log_likelihood > fit.losses[chosen].log_likelihood)) {
            fit.chosen = static_cast<std::int64_t>(p);
            status = FitStatus::ok;
        }
    }
    return status;
}

// What predictions are to be multiplied with so that they are log odds.
double calibration_slope(StackedData const& data, std::span<std::uint8_t const> is_case,
                         std::span<double const> offset, std::span<double const> prediction) {
    std::vector<double> predicted;
    std::vector<double> known;
    std::vector<std::uint8_t> outcome;
    for (std::size_t s = 0; s < data.folds.size(); ++s) {
        if (data.folds[s] < 0) continue;
        predicted.push_back(prediction[s]);
        known.push_back(offset[s]);
        outcome.push_back(is_case[s]);
    }
    RegressionDesign const design{std::ssize(predicted), {predicted}};
    auto const fit = fit_logistic(design, outcome, {.offset = known});
    bool const has_slope = fit.status == FitStatus::ok && fit.rank == 2;
    return has_slope ? std::fmax(0, fit.coefficients[0].value) : 1;
}

}  // namespace

StackedFit fit_stacked_logistic(StackedData const& data, std::span<std::uint8_t const> is_case,
                                std::span<double const> offset) {
    check(data);
    expect(is_case.size() == data.folds.size(), "every sample is a case or a control");
    expect(offset.size() == data.folds.size(), "every sample has an offset");

    // Those without a fold, and one to all samples: only that of the chosen penalty is of use, yet
    // a pass for it alone would cost nearly as much as one for all.
    auto const folds = static_cast<std::size_t>(data.fold_count);
    auto const columns = data.predictors.rows();
    auto const fits_per_penalty = folds + 1;
    auto const places = fits_per_penalty * data.penalties.size();
    LogisticPasses passes{data, is_case, offset, static_cast<std::int64_t>(places)};
    if (passes.cases() + passes.controls() == 0) {
        return without_result(data, FitStatus::too_few_samples);
    }
    if (passes.cases() == 0 || passes.controls() == 0) {
        return without_result(data, FitStatus::one_class);
    }
    NewtonSearch newton{data, passes};
    if (!newton.is_definite()) return without_result(data, FitStatus::not_converged);
    std::vector<Search> searches;
    for (std::size_t i = 0; i < places; ++i) {
        searches.push_back({.fit = {.place = static_cast<std::int64_t>(i),
                                    .left_out = static_cast<std::int32_t>(i % fits_per_penalty)},
                            .penalty = i / fits_per_penalty});
    }
    Vectors coefficients{places, columns};
    newton.run(searches, coefficients);
    std::vector<LogisticFit> fits;
    for (auto const& search : searches) fits.push_back(search.fit);
    StackedFit fit;
    auto const status = choose(data, searches, passes.judge(fits, coefficients.view()), fit);
    if (status != FitStatus::ok) {
        return without_result(data, status);
    }
    auto const chosen = static_cast<std::size_t>(fit.chosen);
    for (std::size_t f = 0; f < folds; ++f) {
        auto const own = coefficients[chosen * fits_per_penalty + f];
        fit.fold_coefficients.insert(fit.fold_coefficients.end(), own.begin(), own.end());
    }
    auto const to_all = coefficients[chosen * fits_per_penalty + folds];
    fit.coefficients.assign(to_all.begin(), to_all.end());
    predict(data, fit);
    fit.slope = calibration_slope(data, is_case, offset, fit.whole);
    return fit;
}

}  // namespace maniple

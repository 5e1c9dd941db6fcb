#include "unpenalised_fit.hpp"

#include <algorithm>
#include <cmath>

#include "maniple/linalg/cholesky.hpp"

namespace maniple {
namespace {

constexpr int most_steps = 50;
constexpr int most_halvings = 40;

// Of the residuals' root mean square: no more is asked for, and this is enough.
constexpr double goal = 1e-13;
constexpr double enough = 1e-10;

class UnpenalisedFit {
public:
    UnpenalisedFit(OutcomeLoss& loss, OrthonormalBasis const& basis, std::int64_t first,
                   std::span<double const> offset, FittedPredictor& fitted)
        : loss_{loss}, basis_{basis}, first_{first}, offset_{offset}, fitted_{fitted} {
        fitted_.predictor.resize(offset.size());
        fitted_.residuals.resize(offset.size());
        fitted_.coefficients.resize(static_cast<std::size_t>(basis.columns() - first));
    }

    void run() {
        evaluate();
        for (int step = 0; step < most_steps; ++step) {
            if (fitted_.violation <= goal * scale() || !improve()) break;
        }
        fitted_.has_converged = fitted_.violation <= enough * scale();
    }

private:
    double scale() const {
        return std::sqrt(fast_dot(fitted_.residuals, fitted_.residuals) /
                         static_cast<double>(offset_.size()));
    }

    void evaluate() {
        std::ranges::copy(offset_, fitted_.predictor.begin());
        for (std::size_t c = 0; c < fitted_.coefficients.size(); ++c) {
            auto const column = basis_.column(first_ + static_cast<std::int64_t>(c));
            double const coefficient = fitted_.coefficients[c];
            for (std::size_t i = 0; i < column.size(); ++i)
                fitted_.predictor[i] += coefficient * column[i];
        }
        fitted_.loss = loss_.evaluate(fitted_.predictor, fitted_.residuals);
        gradient_.clear();
        double largest = 0;
        for (auto c = first_; c < basis_.columns(); ++c) {
            gradient_.push_back(fast_dot(basis_.column(c), fitted_.residuals));
            largest = std::max(largest, std::abs(gradient_.back()));
        }
        fitted_.violation = largest / std::sqrt(static_cast<double>(offset_.size()));
    }

    // One step; false, and nothing changed, where none is found that gets nearer.
    bool improve() {
        auto const start = fitted_;
        auto const start_gradient = gradient_;
        auto factor = loss_.curvature_along(basis_, first_);
        if (!(factorize(factor, std::ssize(gradient_)) > 0)) return false;
        auto step = gradient_;
        solve_lower(factor, step);
        solve_upper(factor, step);
        for (int halving = 0; halving < most_halvings; ++halving) {
            for (std::size_t c = 0; c < step.size(); ++c)
                fitted_.coefficients[c] = start.coefficients[c] + step[c];
            evaluate();
            // Near the optimum the loss is the same but for rounding.
            double const rounding = 1e-14 * std::abs(start.loss);
            if (fitted_.loss < start.loss - rounding ||
                (fitted_.loss <= start.loss + rounding && fitted_.violation < start.violation)) {
                return true;
            }
            if (start.violation <= enough * scale()) break;
            for (double& s : step) s /= 2;
        }
        fitted_ = start;
        gradient_ = start_gradient;
        loss_.evaluate(fitted_.predictor, fitted_.residuals);
        return false;
    }

    // b = inverse(L') b
    static void solve_upper(std::span<double const> factor, std::span<double> b) {
        for (auto r = std::ssize(b) - 1; r >= 0; --r) {
            auto const* row = factor.data() + triangle_size(r);
            auto& value = b[static_cast<std::size_t>(r)];
            value /= row[r];
            for (std::int64_t c = 0; c < r; ++c) b[static_cast<std::size_t>(c)] -= row[c] * value;
        }
    }

    OutcomeLoss& loss_;
    OrthonormalBasis const& basis_;
    std::int64_t first_;
    std::span<double const> offset_;
    FittedPredictor& fitted_;
    std::vector<double> gradient_;
};

}  // namespace

void fit_unpenalised(OutcomeLoss& loss, OrthonormalBasis const& basis, std::int64_t first,
                     std::span<double const> offset, FittedPredictor& fitted) {
    UnpenalisedFit{loss, basis, first, offset, fitted}.run();
}

}  // namespace maniple

#include <algorithm>
#include <cmath>

#include "maniple/core/elementary.hpp"
#include "outcome_loss.hpp"

namespace maniple {
namespace {

class LogisticLoss final : public OutcomeLoss {
public:
    explicit LogisticLoss(std::vector<double> cases)
        : cases_{std::move(cases)}, weights_(cases_.size()) {}

    double evaluate(std::span<double const> predictor, std::span<double> residuals) override {
        double loss = 0;
        for (std::size_t i = 0; i < cases_.size(); ++i) {
            double const odds = portable_exp(-std::abs(predictor[i]));  // of the rarer side
            double const rarer = odds / (1 + odds);
            bool const is_likely = predictor[i] > 0;
            // For a case the chance of being a control, less rounding than 1 minus the other.
            if (cases_[i] == 1) {
                residuals[i] = is_likely ? rarer : 1 / (1 + odds);
            } else {
                residuals[i] = is_likely ? -1 / (1 + odds) : -rarer;
            }
            weights_[i] = rarer / (1 + odds);
            bool const is_surprise = (cases_[i] == 1) != is_likely;
            loss += portable_log1p(odds) + (is_surprise ? std::abs(predictor[i]) : 0);
        }
        return loss;
    }

    void curvature(std::span<double> weights) const override {
        std::ranges::copy(weights_, weights.begin());
    }

    std::vector<double> curvature_along(OrthonormalBasis const& basis,
                                        std::int64_t first) const override {
        return weighted_gram(weights_, basis, first);
    }

private:
    std::vector<double> cases_;
    std::vector<double> weights_;
};

}  // namespace

std::unique_ptr<OutcomeLoss> logistic_loss(std::vector<double> cases) {
    return std::make_unique<LogisticLoss>(std::move(cases));
}

}  // namespace maniple

#include "outcome_loss.hpp"

#include <array>

#include "maniple/linalg/cholesky.hpp"

namespace maniple {
namespace {

// Eight partial sums in a fixed order.
template <class Term>
double sum_terms(std::size_t count, Term term) {
    std::array<double, 8> sums{};
    std::size_t i = 0;
    for (; i + sums.size() <= count; i += sums.size()) {
        for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += term(i + k);
    }
    for (std::size_t k = 0; i < count; ++i, ++k) sums[k] += term(i);
    double total = 0;
    for (double sum : sums) total += sum;
    return total;
}

class SquaresLoss final : public OutcomeLoss {
public:
    explicit SquaresLoss(std::vector<double> values) : values_{std::move(values)} {}

    double evaluate(std::span<double const> predictor, std::span<double> residuals) override {
        for (std::size_t i = 0; i < values_.size(); ++i) residuals[i] = values_[i] - predictor[i];
        return fast_dot(residuals, residuals) / 2;
    }
    void curvature(std::span<double> weights) const override {
        for (double& weight : weights) weight = 1;
    }
    std::vector<double> curvature_along(OrthonormalBasis const& basis,
                                        std::int64_t first) const override {
        return weighted_gram(std::vector<double>(values_.size(), 1.0), basis, first);
    }
    bool is_quadratic() const override { return true; }

private:
    std::vector<double> values_;
};

}  // namespace

std::unique_ptr<OutcomeLoss> squares_loss(std::vector<double> values) {
    return std::make_unique<SquaresLoss>(std::move(values));
}

double weighted_dot(std::span<double const> weights, std::span<double const> a,
                    std::span<double const> b) {
    return sum_terms(a.size(), [&](std::size_t i) { return weights[i] * a[i] * b[i]; });
}

double fast_dot(std::span<double const> a, std::span<double const> b) {
    return sum_terms(a.size(), [&](std::size_t i) { return a[i] * b[i]; });
}

std::vector<double> weighted_gram(std::span<double const> weights, OrthonormalBasis const& basis,
                                  std::int64_t first) {
    std::vector<double> triangle;
    for (auto r = first; r < basis.columns(); ++r) {
        for (auto c = first; c <= r; ++c)
            triangle.push_back(weighted_dot(weights, basis.column(r), basis.column(c)));
    }
    return triangle;
}

}  // namespace maniple

#include "outcome_loss.hpp"

#include <algorithm>
#include <array>

#include "maniple/linalg/cholesky.hpp"

namespace maniple {
namespace {

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

// Eight partial sums in a fixed order.
double fast_dot(std::span<double const> a, std::span<double const> b) {
    constexpr std::size_t width = 8;
    double s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0;
    auto const* const x = a.data();
    auto const* const y = b.data();
    auto const whole = a.size() / width * width;
    for (std::size_t i = 0; i < whole; i += width) {
        s0 += x[i] * y[i];
        s1 += x[i + 1] * y[i + 1];
        s2 += x[i + 2] * y[i + 2];
        s3 += x[i + 3] * y[i + 3];
        s4 += x[i + 4] * y[i + 4];
        s5 += x[i + 5] * y[i + 5];
        s6 += x[i + 6] * y[i + 6];
        s7 += x[i + 7] * y[i + 7];
    }
    std::array sums{s0, s1, s2, s3, s4, s5, s6, s7};
    for (auto i = whole; i < a.size(); ++i) sums[i - whole] += x[i] * y[i];
    double total = 0;
    for (double sum : sums) total += sum;
    return total;
}

std::vector<double> weighted_gram(std::span<double const> weights, OrthonormalBasis const& basis,
                                  std::int64_t first) {
    auto const columns = static_cast<std::size_t>(basis.columns() - first);
    std::vector<double> triangle(columns * (columns + 1) / 2);
    // Rows of all columns that the nearest cache holds together.
    constexpr std::size_t tile = 256;
    std::array<double, tile> weighted{};
    for (std::size_t at = 0; at < weights.size(); at += tile) {
        auto const count = std::min(tile, weights.size() - at);
        auto const part = [&](std::size_t column) {
            return basis.column(first + static_cast<std::int64_t>(column)).subspan(at, count);
        };
        auto* sum = triangle.data();
        for (std::size_t r = 0; r < columns; ++r) {
            auto const own = part(r);
            for (std::size_t i = 0; i < count; ++i) weighted[i] = weights[at + i] * own[i];
            for (std::size_t c = 0; c <= r; ++c) {
                *sum++ += fast_dot(std::span{weighted}.first(count), part(c));
            }
        }
    }
    return triangle;
}

}  // namespace maniple

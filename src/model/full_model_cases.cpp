#include <algorithm>
#include <cmath>
#include <limits>

#include "firth_lanes.hpp"
#include "full_model.hpp"
#include "logistic_lanes.hpp"
#include "maniple/linalg/cholesky.hpp"

namespace maniple {
namespace {

constexpr std::size_t place(std::int64_t i) { return static_cast<std::size_t>(i); }

// Whoever is moved further than that by steps without end has less weight by then.
constexpr double least_weight = 1e-4;

// In eight lanes, so that additions overlap.
template <class Value>
double sum_products(Value const* column, double const* factors, std::int64_t count) {
    constexpr std::int64_t lanes = 8;
    double sums[lanes] = {};
    for (std::int64_t i = 0; i < count; i += lanes) {
        for (std::int64_t k = 0; k < lanes; ++k) {
            sums[k] += static_cast<double>(column[i + k]) * factors[i + k];
        }
    }
    double total = 0;
    for (double sum : sums) total += sum;
    return total;
}

class FullCases final : public FullModel {
public:
    FullCases(EventNull const& null, EventTrait const& trait, FullModelRoom& room)
        : trait_{trait},
          room_{room},
          x_{.covariates = null.pattern(trait.pattern).basis.data(),
             .stride = null.stride(),
             .rank = null.pattern(trait.pattern).rank,
             .last = room.genotypes.data(),
             .count = null.stride()} {}

    std::int64_t columns() const override { return x_.columns(); }

    bool has_outcomes() const override {
        bool cases = false;
        bool controls = false;
        for_each([&](std::int64_t i) { (trait_.sign[i] > 0 ? cases : controls) = true; });
        return cases && controls;
    }

    bool genotype_tells() const override {
        constexpr double infinity = std::numeric_limits<double>::infinity();
        struct Reach {
            double least = infinity;
            double most = -infinity;
        };
        Reach cases;
        Reach controls;
        for_each([&](std::int64_t i) {
            auto& reach = trait_.sign[i] > 0 ? cases : controls;
            reach.least = std::min(reach.least, room_.genotypes[i]);
            reach.most = std::max(reach.most, room_.genotypes[i]);
        });
        bool const is_constant = cases.least == controls.most && cases.most == controls.least;
        return !is_constant && (cases.least >= controls.most || controls.least >= cases.most);
    }

    Likelihood evaluate(std::span<double const> parameters) override {
        std::ranges::copy(trait_.predictor.span(), room_.predictor.data());
        firth_forms().advance(x_, parameters.data(), room_.predictor.data());
        evaluate_logistic({.predictor = room_.predictor.data(),
                           .sign = trait_.sign.data(),
                           .count = x_.count,
                           .residual = room_.residual.data(),
                           .weight = room_.weight.data(),
                           .log_likelihood = room_.value.data()});
        for (std::int64_t i = 0; i < x_.count; ++i) {
            room_.residual[i] *= room_.inside[i];
            room_.weight[i] *= room_.inside[i];
        }
        Likelihood point;
        point.value = sum_products(room_.inside.data(), room_.value.data(), x_.count);
        for (std::int64_t c = 0; c < x_.rank; ++c) {
            point.gradient.push_back(
                sum_products(x_.covariates + c * x_.stride, room_.residual.data(), x_.count));
        }
        point.gradient.push_back(sum_products(x_.last, room_.residual.data(), x_.count));
        point.information.resize(place(triangle_size(columns())));
        firth_forms().gram(x_, room_.weight.data(), room_.lanes.data(), point.information.data());
        return point;
    }

    LastStep judge(std::span<double const> step) override {
        auto& moves = room_.value;
        std::ranges::fill(moves.span(), 0.0);
        firth_forms().advance(x_, step.data(), moves.data());
        bool is_settled = true;
        bool is_clear = true;
        std::int64_t moved = 0;
        for_each([&](std::int64_t i) {
            auto const size = std::abs(moves[i]);
            is_settled &= size < settled || size < relative * std::abs(room_.predictor[i]);
            if (size < diverged) return;
            ++moved;
            is_clear &= moves[i] * trait_.sign[i] > 0 && room_.weight[i] < least_weight;
        });
        if (is_settled) return LastStep::settled;
        if (!is_clear || moved == 0) return LastStep::unclear;
        for_each([&](std::int64_t i) {
            if (std::abs(moves[i]) < diverged) return;
            room_.inside[i] = 0;
            room_.genotypes[i] = 0;
        });
        return LastStep::diverges;
    }

    bool direction_tells(std::span<double const> direction) const override {
        for (std::int64_t i = 0; i < x_.count; ++i) {
            if (room_.inside[i] == 0) continue;
            double move = direction.back() * x_.last[i];
            double size = std::abs(move);
            for (std::int64_t c = 0; c < x_.rank; ++c) {
                auto const part =
                    direction[place(c)] * static_cast<double>(x_.covariates[c * x_.stride + i]);
                move += part;
                size += std::abs(part);
            }
            if (move * trait_.sign[i] < -rounded * size) return false;
        }
        return true;
    }

private:
    template <class Visit>
    void for_each(Visit const& visit) const {
        for (std::int64_t i = 0; i < x_.count; ++i) {
            if (room_.inside[i] != 0) visit(i);
        }
    }

    EventTrait const& trait_;
    FullModelRoom& room_;
    FirthColumns x_;
};

}  // namespace

FullModelRoom::FullModelRoom(std::int64_t stride, std::int64_t rank)
    : genotypes{stride},
      inside{stride},
      predictor{stride},
      residual{stride},
      weight{stride},
      value{stride},
      lanes{8 * (triangle_size(rank + 1) + rank + 1)},
      rows{stride * rank} {}

std::int64_t FullModelRoom::bytes(std::int64_t stride, std::int64_t rank) {
    return 4 * stride * (12 + rank) + 64 * (triangle_size(rank + 1) + rank + 1);
}

std::unique_ptr<FullModel> model_cases(EventNull const& null, EventTrait const& trait,
                                       FullModelRoom& room) {
    return std::make_unique<FullCases>(null, trait, room);
}

}  // namespace maniple

#include <algorithm>
#include <cmath>
#include <numeric>

#include "maniple/core/elementary.hpp"
#include "maniple/linalg/cholesky.hpp"
#include "outcome_loss.hpp"

namespace maniple {
namespace {

/// Samples of one time, in a list of samples by time.
struct TiedTimes {
    std::size_t first;
    std::size_t last;
    double events;
};

std::vector<std::size_t> order_by_time(std::span<double const> times) {
    std::vector<std::size_t> order(times.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return times[i]; });
    return order;
}

std::vector<TiedTimes> tied_times(std::span<double const> times, std::span<double const> events,
                                  std::span<std::size_t const> order) {
    std::vector<TiedTimes> ties;
    for (std::size_t k = 0; k < order.size(); ++k) {
        auto const i = order[k];
        if (k == 0 || times[i] != times[order[k - 1]]) ties.push_back({k, k, 0});
        ties.back().last = k + 1;
        ties.back().events += events[i];
    }
    return ties;
}

// Runs of event times whose second derivatives are averaged: fewer where samples are many, for
// their memory, and because each run's average then has less noise.
constexpr double most_runs = 64;
constexpr double fewest_runs = 16;
constexpr double values_of_runs = 1 << 22;

class HazardLoss final : public OutcomeLoss {
public:
    HazardLoss(std::vector<double> const& times, std::vector<double> events)
        : events_{std::move(events)},
          order_{order_by_time(times)},
          ties_{tied_times(times, events_, order_)},
          risks_(times.size()),
          at_risk_(ties_.size()),
          slopes_(times.size()) {}

    double evaluate(std::span<double const> predictor, std::span<double> residuals) override {
        // Hazards relative to the highest: the likelihood is that of their ratios.
        double const highest = *std::ranges::max_element(predictor);
        for (std::size_t i = 0; i < risks_.size(); ++i)
            risks_[i] = portable_exp(predictor[i] - highest);
        double total = 0;
        for (auto g = ties_.size(); g-- > 0;) {
            for (auto k = ties_[g].first; k < ties_[g].last; ++k) total += risks_[order_[k]];
            at_risk_[g] = total;
        }
        double loss = 0;
        double hazard = 0;  // sum of events / at risk
        for (std::size_t g = 0; g < ties_.size(); ++g) {
            if (ties_[g].events > 0) {
                hazard += ties_[g].events / at_risk_[g];
                loss += ties_[g].events * portable_log(at_risk_[g]);
            }
            for (auto k = ties_[g].first; k < ties_[g].last; ++k) {
                auto const i = order_[k];
                slopes_[i] = risks_[i] * hazard;
                residuals[i] = events_[i] - slopes_[i];
                if (events_[i] == 1) loss -= predictor[i] - highest;
            }
        }
        return loss;
    }

    void curvature(std::span<double> weights) const override {
        std::ranges::copy(slopes_, weights.begin());
    }

    // Averages over runs of event times: what is left out makes second derivatives larger than they
    // are, never smaller, because a mean of squares is no less than the square of the mean.
    std::vector<std::vector<double>> shared_curvature() const override {
        std::vector<std::vector<double>> columns;
        double const events = std::accumulate(events_.begin(), events_.end(), 0.0);
        auto const samples = static_cast<double>(events_.size());
        // A whole number: the last run ends with the last event.
        auto const runs = std::min(
            events, std::floor(std::clamp(values_of_runs / samples, fewest_runs, most_runs)));
        double before = 0;
        for (std::size_t g = 0; before < events;) {
            auto const run = static_cast<double>(columns.size() + 1);
            double here = 0;
            double hazard = 0;
            std::vector<double> column(events_.size());
            // Where many events share a time, a run is longer than its share, and later ones
            // shorter.
            for (; here == 0 || (before + here) * runs < events * run; ++g) {
                here += ties_[g].events;
                hazard += ties_[g].events / at_risk_[g];
                for (auto k = ties_[g].first; k < ties_[g].last; ++k)
                    column[order_[k]] = hazard * risks_[order_[k]];
            }
            // ... and those that are still at risk afterwards.
            for (auto k = ties_[g - 1].last; k < order_.size(); ++k)
                column[order_[k]] = hazard * risks_[order_[k]];
            before += here;
            double const unit = 1 / std::sqrt(here);
            for (double& value : column) value *= unit;
            columns.push_back(std::move(column));
        }
        return columns;
    }

    std::vector<double> curvature_along(OrthonormalBasis const& basis,
                                        std::int64_t first) const override {
        auto triangle = weighted_gram(slopes_, basis, first);
        auto const columns = basis.columns() - first;
        std::vector<double> sums(static_cast<std::size_t>(columns));  // of risk x column, at risk
        for (auto g = ties_.size(); g-- > 0;) {
            for (std::int64_t c = 0; c < columns; ++c) {
                auto const column = basis.column(first + c);
                auto& sum = sums[static_cast<std::size_t>(c)];
                for (auto k = ties_[g].first; k < ties_[g].last; ++k)
                    sum += risks_[order_[k]] * column[order_[k]];
            }
            if (ties_[g].events == 0) continue;
            double const factor = ties_[g].events / at_risk_[g] / at_risk_[g];
            auto* element = triangle.data();
            for (std::size_t r = 0; r < sums.size(); ++r) {
                for (std::size_t c = 0; c <= r; ++c) *element++ -= factor * sums[r] * sums[c];
            }
        }
        return triangle;
    }

private:
    std::vector<double> events_;
    std::vector<std::size_t> order_;
    std::vector<TiedTimes> ties_;
    std::vector<double> risks_;
    std::vector<double> at_risk_;  // by tied times
    std::vector<double> slopes_;   // risk x cumulative hazard
};

}  // namespace

std::unique_ptr<OutcomeLoss> hazard_loss(std::vector<double> times, std::vector<double> events) {
    return std::make_unique<HazardLoss>(times, std::move(events));
}

BaselineHazard breslow_hazard(std::span<double const> times, std::span<double const> events,
                              std::span<double const> predictor) {
    auto const order = order_by_time(times);
    auto const ties = tied_times(times, events, order);
    std::vector<double> steps(ties.size());
    double const highest = *std::ranges::max_element(predictor);
    double const unit = portable_exp(-highest);
    double at_risk = 0;
    for (auto g = ties.size(); g-- > 0;) {
        for (auto k = ties[g].first; k < ties[g].last; ++k)
            at_risk += portable_exp(predictor[order[k]] - highest);
        steps[g] = ties[g].events / at_risk * unit;
    }
    BaselineHazard baseline;
    double cumulative = 0;
    for (std::size_t g = 0; g < ties.size(); ++g) {
        if (ties[g].events == 0) continue;
        cumulative += steps[g];
        baseline.times.push_back(times[order[ties[g].first]]);
        baseline.cumulative.push_back(cumulative);
    }
    return baseline;
}

}  // namespace maniple

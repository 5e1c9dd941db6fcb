#include "maniple/report/qq_points.hpp"

#include <algorithm>
#include <cmath>

#include "maniple/core/contract.hpp"
#include "maniple/stats/uniform_order.hpp"

namespace maniple {
namespace {

// 1, 2, 3, ..., then each at least `growth` times the one before, up to `count`.
std::vector<std::int64_t> spaced_ranks(std::int64_t count, double growth) {
    std::vector<std::int64_t> ranks;
    for (std::int64_t rank = 1; rank < count;
         rank = std::max(rank + 1, static_cast<std::int64_t>(static_cast<double>(rank) * growth))) {
        ranks.push_back(rank);
    }
    if (count > 0) ranks.push_back(count);
    return ranks;
}

double expected_of(std::int64_t rank, std::int64_t count) {
    return -std::log10((static_cast<double>(rank) - 0.5) / static_cast<double>(count));
}

}  // namespace

QqPoints qq_points(PValueRanks const& ranks) {
    QqPoints points;
    for (auto const rank : spaced_ranks(ranks.count(), 1.02)) {
        points.expected.push_back(expected_of(rank, ranks.count()));
        points.observed.push_back(ranks.value(rank));
    }
    return points;
}

QqBand qq_band(std::int64_t count) {
    expect(count > 0, "there are p-values");

    QqBand band;
    for (auto const rank : spaced_ranks(count, 1.2)) {
        band.expected.push_back(expected_of(rank, count));
        band.lower.push_back(-std::log10(uniform_order_quantile(rank, count, 0.975)));
        band.upper.push_back(-std::log10(uniform_order_quantile(rank, count, 0.025)));
    }
    return band;
}

}  // namespace maniple

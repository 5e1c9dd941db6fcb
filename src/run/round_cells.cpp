#include "round_cells.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "maniple/core/contract.hpp"
#include "maniple/run/cut_ledger.hpp"
#include "maniple/stats/bootstrap.hpp"
#include "maniple/stats/round_grid.hpp"

namespace maniple {

std::optional<PeopleHistogram> make_cells(std::vector<double> values, PeopleBelow const& below) {
    constexpr double cells = 25;
    constexpr double tail = 0.01;
    constexpr double least_step = 1e-280;
    constexpr double most_steps = 1e12;  // From 0 to the bounds: beyond, numbers are not round.
    std::ranges::sort(values);
    auto const low = quantile_of_sorted(values, tail);
    auto const high = quantile_of_sorted(values, 1 - tail);
    auto const width = (high - low) / cells;
    auto const farthest = std::fmax(std::abs(low), std::abs(high));
    if (!(width > least_step && width < 1 / least_step && farthest < most_steps * width)) {
        return std::nullopt;
    }
    RoundGrid const grid{width};
    PeopleHistogram histogram{.step = grid.step(), .bounds = {}, .counts = {}};
    std::int64_t before = 0;
    for (auto m = grid.below(low); m <= grid.above(high); ++m) {
        auto const bound = grid.at(m);
        if (bound < values.front() || bound >= values.back()) continue;  // Divides nobody.
        auto const people = below(bound);
        if (!people) continue;
        histogram.bounds.push_back(bound);
        histogram.counts.push_back(*people - before);
        before = *people;
    }
    if (histogram.bounds.empty()) return std::nullopt;
    histogram.counts.push_back(std::ssize(values) - before);
    return histogram;
}

std::optional<PeopleHistogram> make_cells(std::vector<double> const& values, std::int64_t least) {
    expect(least >= 1, "a limit is a number of people");

    auto ascending = values;
    std::ranges::sort(ascending);
    CutLedger ledger{std::vector<std::uint8_t>(values.size()), least};
    return make_cells(values, [&](double bound) -> std::optional<std::int64_t> {
        auto const people = std::ranges::upper_bound(ascending, bound) - ascending.begin();
        if (!ledger.allows(std::span{&people, 1})) return std::nullopt;
        ledger.tell(std::span{&people, 1});
        return people;
    });
}

}  // namespace maniple

#include "maniple/report/plot_axis.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"
#include "maniple/stats/round_grid.hpp"

namespace maniple {
namespace {

// Bounds between which a few ticks differ from each other.
void widen(double& least, double& most) {
    constexpr double farthest = 1e300;
    constexpr double closest = 1e-290;
    constexpr double digits = 1e-13;  // Of doubles, with room for ticks.
    least = std::clamp(least, -farthest, farthest);
    most = std::clamp(most, -farthest, farthest);
    auto const size = std::fmax(std::abs(least), std::abs(most));
    if (most - least >= std::fmax(closest, digits * size)) return;
    auto const reach = size < closest ? 1 : size / 2;
    least = std::fmax(least - reach, -farthest);
    most = std::fmin(most + reach, farthest);
}

// As many digits as tell it from the next tick.
std::string label_of(RoundGrid const& grid, std::int64_t tick) {
    constexpr int usual_digits = 6;
    auto const value = grid.at(tick);
    if (std::abs(value) < 1e6 && grid.decimals() < usual_digits) {
        return fmt::format("{:.{}f}", value, grid.decimals());
    }
    auto const steps = std::fmax(1, std::abs(value / grid.step()));
    auto const digits = static_cast<int>(std::floor(std::log10(steps) + 1e-9)) + 2;
    return fmt::format("{:.{}g}", value, std::max(usual_digits, digits));
}

}  // namespace

PlotAxis linear_axis(std::string title, double least, double most, int wanted_ticks) {
    expect(std::isfinite(least) && std::isfinite(most) && least <= most, "an axis has two ends");
    expect(wanted_ticks >= 2, "an axis has ticks");

    widen(least, most);
    constexpr double slack = 1e-9;  // Of a step, for ends that are a tick but for a rounding.
    RoundGrid const grid{(most - least) / wanted_ticks * (1 - slack)};
    auto const first = grid.below(least + slack * grid.step());
    auto const last = grid.above(most - slack * grid.step());
    PlotAxis axis{
        .title = std::move(title), .least = grid.at(first), .most = grid.at(last), .ticks = {}};
    for (auto tick = first; tick <= last; ++tick) {
        axis.ticks.push_back({grid.at(tick), label_of(grid, tick)});
    }
    return axis;
}

PlotAxis category_axis(std::string title, std::vector<std::string> const& labels) {
    expect(!labels.empty(), "there are categories");

    PlotAxis axis{.title = std::move(title),
                  .least = -0.5,
                  .most = static_cast<double>(labels.size()) - 0.5,
                  .ticks = {}};
    for (std::size_t i = 0; i < labels.size(); ++i) {
        axis.ticks.push_back({static_cast<double>(i), labels[i]});
    }
    return axis;
}

}  // namespace maniple

#include "maniple/report/plot_axis.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

#include <fmt/format.h>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// 1, 2 or 5 times a power of ten, the smallest that is `least` or more.
struct Step {
    double mantissa;
    int exponent;

    double value() const { return mantissa * std::pow(10.0, exponent); }
};

Step round_up(double least) {
    int exponent = static_cast<int>(std::floor(std::log10(least)));
    for (;; ++exponent) {
        for (double const mantissa : {1.0, 2.0, 5.0}) {
            Step const step{mantissa, exponent};
            if (step.value() >= least * (1 - 1e-9)) return step;
        }
    }
}

}  // namespace

PlotAxis linear_axis(std::string title, double least, double most, int wanted_ticks) {
    expect(std::isfinite(least) && std::isfinite(most) && least <= most, "an axis has two ends");
    expect(wanted_ticks >= 2, "an axis has ticks");

    constexpr double farthest = 1e300;
    constexpr double closest = 1e-290;
    least = std::clamp(least, -farthest, farthest);
    most = std::clamp(most, -farthest, farthest);
    if (most - least < closest) {
        auto const reach = std::abs(least) < closest ? 1 : std::abs(least) / 2;
        least -= reach;
        most += reach;
    }
    auto const step = round_up((most - least) / wanted_ticks);
    auto const size = step.value();
    auto const first = static_cast<std::int64_t>(std::floor(least / size + 1e-9));
    auto const last = static_cast<std::int64_t>(std::ceil(most / size - 1e-9));
    auto const digits = std::max(0, -step.exponent);
    PlotAxis axis{.title = std::move(title),
                  .least = static_cast<double>(first) * size,
                  .most = static_cast<double>(last) * size,
                  .ticks = {}};
    for (auto tick = first; tick <= last; ++tick) {
        auto const value = static_cast<double>(tick) * size;
        axis.ticks.push_back({value, std::abs(value) < 1e6 && digits < 6
                                         ? fmt::format("{:.{}f}", value, digits)
                                         : fmt::format("{:.6g}", value)});
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

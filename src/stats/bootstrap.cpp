#include "maniple/stats/bootstrap.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "maniple/core/contract.hpp"
#include "maniple/stats/random_stream.hpp"

namespace maniple {

void draw_resample(std::uint64_t seed, std::uint64_t replicate, std::uint64_t stratum,
                   std::span<std::uint32_t> times) {
    expect(!times.empty() && times.size() <= std::numeric_limits<std::uint32_t>::max(),
           "there are samples to draw");

    std::ranges::fill(times, 0U);
    RandomStream stream{seed, Purpose::bootstrap, replicate, stratum};
    for (std::size_t i = 0; i < times.size(); ++i) ++times[stream.below(times.size())];
}

double quantile_of_sorted(std::span<double const> values, double share) {
    expect(share >= 0 && share <= 1, "a share is from 0 to 1");
    expect(std::ranges::is_sorted(values), "values ascend");

    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    auto const place = share * static_cast<double>(values.size() - 1);
    auto const below = static_cast<std::size_t>(std::floor(place));
    auto const above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - std::floor(place)) * (values[above] - values[below]);
}

BootstrapSummary summarize_replicates(std::vector<double> replicates) {
    BootstrapSummary summary;
    auto const all = std::ssize(replicates);
    std::erase_if(replicates, [](double value) { return std::isnan(value); });
    summary.defined = std::ssize(replicates);
    summary.undefined = all - summary.defined;
    if (summary.defined < 2) {
        auto const unknown = std::numeric_limits<double>::quiet_NaN();
        summary.lower = summary.upper = summary.standard_error = unknown;
        return summary;
    }
    std::ranges::sort(replicates);
    summary.lower = quantile_of_sorted(replicates, 0.025);
    summary.upper = quantile_of_sorted(replicates, 0.975);
    auto const count = static_cast<double>(summary.defined);
    double mean = 0;
    for (auto value : replicates) mean += value / count;
    double squares = 0;
    for (auto value : replicates) squares += (value - mean) * (value - mean);
    summary.standard_error = std::sqrt(squares / (count - 1));
    return summary;
}

}  // namespace maniple

#include "maniple/stats/correlation.hpp"

#include <cmath>
#include <limits>

#include "maniple/core/contract.hpp"

namespace maniple {

double squared_correlation(std::span<double const> a, std::span<double const> b,
                           Multiplicities times) {
    expect(a.size() == b.size(), "pairs of numbers");
    expect(times.empty() || times.size() == a.size(), "every pair has a multiplicity");

    auto const weight = [&](std::size_t s) {
        return times.empty() ? 1.0 : static_cast<double>(times[s]);
    };
    double count = 0;
    double sum_a = 0;
    double sum_b = 0;
    for (std::size_t s = 0; s < a.size(); ++s) {
        count += weight(s);
        sum_a += weight(s) * a[s];
        sum_b += weight(s) * b[s];
    }
    auto const mean_a = sum_a / count;
    auto const mean_b = sum_b / count;
    double aa = 0;
    double bb = 0;
    double ab = 0;
    for (std::size_t s = 0; s < a.size(); ++s) {
        auto const da = a[s] - mean_a;
        auto const db = b[s] - mean_b;
        aa += weight(s) * da * da;
        bb += weight(s) * db * db;
        ab += weight(s) * da * db;
    }
    // What rounding of the mean leaves of a constant.
    constexpr double rounding = 1e-26;
    if (!(aa > rounding * count * mean_a * mean_a) || !(bb > rounding * count * mean_b * mean_b)) {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return std::fmin(1, ab / aa * (ab / bb));
}

}  // namespace maniple

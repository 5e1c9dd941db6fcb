#include "maniple/stats/heterogeneity.hpp"

#include <cmath>
#include <limits>

#include "maniple/core/contract.hpp"
#include "maniple/stats/chi_squared.hpp"
#include "maniple/stats/normal.hpp"

namespace maniple {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

bool counts(Estimate const& group) {
    return std::isfinite(group.value) && std::isfinite(group.standard_error) &&
           group.standard_error > 0;
}

}  // namespace

Heterogeneity cochran_q(std::span<Estimate const> groups) {
    double weights = 0;
    double sum = 0;
    std::int64_t used = 0;
    for (auto const& group : groups) {
        if (!counts(group)) continue;
        auto const weight = 1 / (group.standard_error * group.standard_error);
        weights += weight;
        sum += weight * group.value;
        ++used;
    }
    if (used < 2) return {.statistic = not_a_number, .neg_log10_p = not_a_number};
    Heterogeneity result{.degrees_of_freedom = used - 1};
    for (auto const& group : groups) {
        if (!counts(group)) continue;
        auto const distance = (group.value - sum / weights) / group.standard_error;
        result.statistic += distance * distance;
    }
    result.neg_log10_p = neg_log10_p_chi_squared(result.statistic, result.degrees_of_freedom);
    return result;
}

Estimate pool_fixed_effect(std::span<Estimate const> groups) {
    double weights = 0;
    double sum = 0;
    for (auto const& group : groups) {
        if (!counts(group)) continue;
        auto const weight = 1 / (group.standard_error * group.standard_error);
        weights += weight;
        sum += weight * group.value;
    }
    if (!(weights > 0)) return {not_a_number, not_a_number};
    return {sum / weights, 1 / std::sqrt(weights)};
}

Proportion wilson_interval(std::int64_t count, std::int64_t total) {
    expect(count >= 0 && count <= total, "a share is of a whole");

    if (total == 0) return {not_a_number, not_a_number, not_a_number};
    auto const people = static_cast<double>(total);
    auto const share = static_cast<double>(count) / people;
    auto const z = normal_95();
    auto const middle = share + z * z / (2 * people);
    auto const half = z * std::sqrt(share * (1 - share) / people + z * z / (4 * people * people));
    auto const scale = 1 + z * z / people;
    return {share, count == 0 ? 0 : (middle - half) / scale,
            count == total ? 1 : (middle + half) / scale};
}

double normal_95() { return normal_quantile(0.975); }

}  // namespace maniple

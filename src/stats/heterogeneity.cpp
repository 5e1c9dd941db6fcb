#include "maniple/stats/heterogeneity.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <vector>

#include "maniple/core/contract.hpp"
#include "maniple/stats/chi_squared.hpp"
#include "maniple/stats/normal.hpp"
#include "maniple/stats/student_t.hpp"

namespace maniple {
namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

bool counts(Estimate const& group) {
    return std::isfinite(group.value) && std::isfinite(group.standard_error) &&
           group.standard_error > 0;
}

struct Weighed {
    double sum = 0;      // Of weights.
    double squares = 0;  // Of theirs.
    double mean = 0;
    double distances = 0;  // Squared, from the mean.
};

// Weights are inverse variances, of the estimates and between true values. \pre all count
Weighed weigh(std::span<Estimate const> groups, double between) {
    auto const weight = [&](Estimate const& group) {
        return 1 / (group.standard_error * group.standard_error + between);
    };
    Weighed result;
    double total = 0;
    for (auto const& group : groups) {
        result.sum += weight(group);
        result.squares += weight(group) * weight(group);
        total += weight(group) * group.value;
    }
    result.mean = total / result.sum;
    for (auto const& group : groups) {
        auto const distance = group.value - result.mean;
        result.distances += weight(group) * distance * distance;
    }
    return result;
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

RandomEffects pool_random_effects(std::span<Estimate const> groups) {
    std::vector<Estimate> used;
    std::ranges::copy_if(groups, std::back_inserter(used), counts);
    RandomEffects result{.groups = std::ssize(used),
                         .mean = not_a_number,
                         .standard_error = not_a_number,
                         .lower = not_a_number,
                         .upper = not_a_number,
                         .tau_squared = not_a_number,
                         .i_squared = not_a_number,
                         .prediction_lower = not_a_number,
                         .prediction_upper = not_a_number};
    if (used.empty()) return result;
    auto const around = [&](double half) {
        result.lower = result.mean - half;
        result.upper = result.mean + half;
    };
    if (used.size() == 1) {
        result.mean = used[0].value;
        result.standard_error = used[0].standard_error;
        around(normal_95() * result.standard_error);
        return result;
    }
    auto const freedom = static_cast<double>(used.size() - 1);
    auto const fixed = weigh(used, 0);
    result.tau_squared =
        std::max(0.0, (fixed.distances - freedom) / (fixed.sum - fixed.squares / fixed.sum));
    result.i_squared =
        fixed.distances > 0 ? std::max(0.0, (fixed.distances - freedom) / fixed.distances) : 0;
    auto const random = weigh(used, result.tau_squared);
    result.mean = random.mean;
    result.standard_error = std::sqrt(std::max(1.0, random.distances / freedom) / random.sum);
    around(student_t_95(freedom) * result.standard_error);
    if (used.size() < 3) return result;
    auto const half = student_t_95(freedom - 1) *
                      std::sqrt(result.tau_squared + result.standard_error * result.standard_error);
    result.prediction_lower = result.mean - half;
    result.prediction_upper = result.mean + half;
    return result;
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

#include "maniple/model/trait_problem.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "maniple/core/small_count.hpp"
#include "maniple/linalg/orthonormal_basis.hpp"

namespace maniple {
namespace {

// A residual is rounding, not variation, below this share of the trait's spread about its mean, or
// this share of its size.
constexpr double explained_below = 1e-7;
constexpr double rounding_below = 1e-13;

// A value so many times the usual one is a code for something else, and would drown all others.
constexpr double implausible_ratio = 1e8;

// Standard errors are stored in single precision: they are within 1e7 of the largest residual.
constexpr double smallest_scale = 1e-30;
constexpr double largest_scale = 1e30;

double median(std::vector<double> values) {
    auto const middle = values.begin() + std::ssize(values) / 2;
    std::ranges::nth_element(values, middle);
    return *middle;
}

// Could more than half of the values lie in a sliver of their range? Only then can an outlier be so
// many times as far from the median as usual. No, where no two neighbouring bins of a histogram
// hold half.
bool may_crowd(std::span<double const> values) {
    constexpr std::size_t bins = 256;
    auto const [least, most] = std::ranges::minmax(values);
    double const width = (most - least) / (bins - 1);
    if (!(width > 0) || !std::isfinite(width)) return true;
    std::array<std::size_t, bins + 1> counts{};
    for (double value : values) ++counts[static_cast<std::size_t>((value - least) / width)];
    for (std::size_t b = 0; b < bins; ++b) {
        if (2 * (counts[b] + counts[b + 1]) >= values.size()) return true;
    }
    return false;
}

// Largest distance from the median, in median distances; 0 where most values are equal.
double outlier_ratio(std::span<double const> values) {
    auto const centre = median({values.begin(), values.end()});
    std::vector<double> distances;
    for (double value : values) distances.push_back(std::abs(value - centre));
    auto const farthest = std::ranges::max(distances);
    auto const usual = median(std::move(distances));
    return usual > 0 ? farthest / usual : 0;
}

}  // namespace

std::optional<std::string> find_problem(std::span<double const> values,
                                        std::span<double const> residuals, std::int64_t rank) {
    auto const samples = std::ssize(values);
    if (samples == 0) {
        return "has no value for any sample analysed (all missing, or covariates missing where it "
               "is observed); check the table and the sample filters";
    }
    if (samples < rank + 2) {
        return fmt::format(
            "has too few samples ({} with it and all covariates, for {} covariate column{} and the "
            "intercept); use fewer covariates, or check where they are missing and the sample "
            "filters",
            describe_count(samples), rank - 1, rank == 2 ? "" : "s");
    }
    bool const constant =
        std::ranges::all_of(values, [&](double value) { return value == values[0]; });
    if (constant) {
        return fmt::format("does not vary (all {} samples analysed have one value); leave it out",
                           samples);
    }
    double const left = std::sqrt(dot(residuals, residuals));
    std::vector<double> centred{values.begin(), values.end()};
    double const mean =
        dot(values, std::vector<double>(values.size(), 1.0)) / static_cast<double>(values.size());
    for (double& value : centred) value -= mean;
    if (left < explained_below * std::sqrt(dot(centred, centred)) ||
        left < rounding_below * std::sqrt(dot(values, values))) {
        return "is explained entirely by the covariates and the intercept (what is left is "
               "rounding); leave out the covariate that repeats it, or subtract a constant from a "
               "trait that varies little beside its size";
    }
    auto const largest = std::abs(*std::ranges::max_element(
        residuals, {}, [](double residual) { return std::abs(residual); }));
    if (largest < smallest_scale || largest > largest_scale) {
        return fmt::format(
            "has values of a scale that results cannot hold (largest residual {:.1e}; must be "
            "{:.0e} to {:.0e}); import it in other units",
            largest, smallest_scale, largest_scale);
    }
    auto const ratio = may_crowd(values) ? outlier_ratio(values) : 0;
    if (ratio > implausible_ratio) {
        return fmt::format(
            "has a value that lies {:.0e} times as far from the median as usual (a "
            "code for missing?); import the table again with --missing-value, or "
            "correct it",
            ratio);
    }
    return std::nullopt;
}

}  // namespace maniple

#include "maniple/stats/genomic_inflation.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <vector>

#include "maniple/core/contract.hpp"
#include "maniple/stats/normal.hpp"

namespace maniple {
namespace {

constexpr double median_chi_squared_1df = 0.45493642311957275;

}  // namespace

double genomic_inflation(std::span<float const> neg_log10_p) {
    std::vector<float> values;
    values.reserve(neg_log10_p.size());
    std::ranges::copy_if(neg_log10_p, std::back_inserter(values),
                         [](float value) { return !std::isnan(value); });
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    expect(std::ranges::none_of(values, [](float value) { return value < 0; }),
           "-log10 of a probability is not negative");

    // The statistic rises with -log10 p, so the median is selected before anything is inverted.
    auto const middle = values.begin() + std::ssize(values) / 2;
    std::ranges::nth_element(values, middle);
    double median = chi_squared_1df_from_neg_log10_p(*middle);
    if (values.size() % 2 == 0) {
        double const below =
            chi_squared_1df_from_neg_log10_p(*std::max_element(values.begin(), middle));
        median = (below + median) / 2;
    }
    return median / median_chi_squared_1df;
}

}  // namespace maniple

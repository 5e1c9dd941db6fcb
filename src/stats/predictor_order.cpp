#include "maniple/stats/predictor_order.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "maniple/core/contract.hpp"

namespace maniple {

PredictorOrder::PredictorOrder(std::span<double const> predictor)
    : ranks_(predictor.size()), ascending_(predictor.size()) {
    expect(std::ranges::none_of(predictor, [](double x) { return std::isnan(x); }),
           "every sample has a predictor");
    expect(std::ssize(predictor) < std::numeric_limits<std::int32_t>::max(),
           "fewer than 2^31 samples");

    auto const value = [&](std::int32_t s) { return predictor[static_cast<std::size_t>(s)]; };
    std::iota(ascending_.begin(), ascending_.end(), 0);
    // Ties in the order of the samples, so that equal input has one order.
    std::ranges::stable_sort(ascending_, std::less{}, value);
    for (std::size_t i = 0; i < ascending_.size(); ++i) {
        if (i == 0 || value(ascending_[i]) != value(ascending_[i - 1])) ++values_;
        ranks_[static_cast<std::size_t>(ascending_[i])] = static_cast<std::int32_t>(values_ - 1);
    }
}

}  // namespace maniple

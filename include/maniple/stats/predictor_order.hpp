/// \file  Samples in the order of a predictor, with its ties.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace maniple {

/// Sorted once, used by every statistic that depends on ranks alone, and by all of its resamples.
class PredictorOrder {
public:
    /// \param predictor  one value per sample; equal values (0 and -0 among them) are tied.
    /// \pre   no value is NaN; fewer than 2^31 samples
    explicit PredictorOrder(std::span<double const> predictor);

    std::int64_t samples() const { return std::ssize(ranks_); }
    std::int64_t values() const { return values_; }  ///< Distinct ones.
    /// Per sample: how many distinct values are smaller than its own.
    std::span<std::int32_t const> ranks() const { return ranks_; }
    /// Samples, those with the smallest value first.
    std::span<std::int32_t const> ascending() const { return ascending_; }

private:
    std::vector<std::int32_t> ranks_;
    std::vector<std::int32_t> ascending_;
    std::int64_t values_ = 0;
};

}  // namespace maniple

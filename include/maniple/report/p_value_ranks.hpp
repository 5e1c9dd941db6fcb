/// \file  Quantiles of millions of p-values without keeping them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace maniple {

/// The largest -log10 p-values exactly, all others counted in bins that are 0.1% wide.
/// Memory: 8 kB of the largest and 110 kB of bins.
class PValueRanks {
public:
    /// So many of the largest values are kept.
    static constexpr std::int64_t most_exact = 2048;

    PValueRanks();

    /// NaN values are left out. \pre no value is negative
    void add(std::span<float const> neg_log10_p);
    void merge(PValueRanks const& other);

    std::int64_t count() const { return count_; }

    /// The rank-th largest value: exact up to `most_exact`, beyond at most 0.1% or 0.001 off.
    /// \pre 1 <= rank <= count()
    double value(std::int64_t rank) const;

    /// The lowest border of bins such that at most `most` values are at or above it.
    double border_with_at_most(std::int64_t most) const;

private:
    void drop_smaller();

    std::int64_t count_ = 0;
    std::vector<float> largest_;  // In any order, and up to twice as many.
    float least_ = -1;            // Below, a value is none of the largest.
    std::vector<std::uint32_t> bins_;
};

}  // namespace maniple

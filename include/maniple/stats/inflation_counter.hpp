/// \file  Genomic control of values that come in pieces and are not kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace maniple {

/// What `genomic_inflation` needs of one trait's -log10 p-values, in bounded memory. Whatever the
/// order, the pieces and the merging, the same values give the same bits of lambda.
///
/// Up to `most_kept` values lambda is exact. Beyond, all values are counted in bins, and those in a
/// window around the null median (-log10 p = 0.30103) are kept as well; the window narrows, by
/// fixed steps, whenever it holds more than half of `most_kept`. A median in the window is exact
/// too: with 50,000 values that is lambda 0.9 to 1.1 at least, with a million 0.995 to 1.005.
/// Elsewhere the median is interpolated in a bin. Bins are 0.00013 wide at most where lambda is
/// between 0.46 and 3, which puts lambda at most 1e-3 off, and typically 0.02 / sqrt(number of
/// values); outside, lambda is at most 1.1e-3 off, relative to lambda or to 1, up to a median
/// -log10 p of 16.
///
/// Memory: the values until there are `most_kept`, then `most_bytes`. Values are counted thousands
/// at a time, so that counters of many traits may be fed in turn.
/// Threads: none may use it while another one adds.
class InflationCounter {
public:
    static constexpr std::int64_t most_kept = 8192;

    /// Counts these -log10 p-values; NaN values are left out.
    /// \pre   no value is negative
    /// \pre   fewer than 2^32 values in all
    void add(std::span<float const> neg_log10_p);

    /// Counts what `other` counted.
    /// \pre   other is another one
    /// \pre   fewer than 2^32 values in all
    void merge(InflationCounter const& other);

    /// How many values were counted.
    std::int64_t count() const { return count_; }

    /// lambda GC, as `genomic_inflation` of all values; NaN without any value.
    double value() const;

    /// The number of bytes of `to_bytes`, at most `most_bytes`.
    std::int64_t byte_size() const;
    static std::int64_t most_bytes();

    /// All that was counted, for a process on a machine of the same kind.
    std::vector<std::byte> to_bytes() const;

    /// \pre   the bytes come from `to_bytes`
    static InflationCounter from_bytes(std::span<std::byte const> bytes);

private:
    static constexpr std::int64_t most_in_window = most_kept / 2;

    void append(std::span<float const> numbers);
    void count_in_bins(std::span<float const> numbers);
    void settle(int least_level);
    void narrow();
    double order_statistic(std::int64_t rank);

    int level_ = 0;             ///< How often the window was narrowed; at 0 it is everything.
    std::int64_t count_ = 0;    ///< Values counted.
    std::int64_t settled_ = 0;  ///< How many of `kept_`, the first, are in the window and in bins.
    std::vector<float> kept_;   ///< Those, and values on which nothing was done yet.
    std::vector<std::uint32_t> bins_;  ///< Of all values but the latter; empty at level 0.
};

}  // namespace maniple

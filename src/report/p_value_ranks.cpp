#include "maniple/report/p_value_ranks.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

#include "maniple/core/contract.hpp"

namespace maniple {
namespace {

// Bins are the values that share all but the last 13 bits: 1024 to an octave, from 2^-10 to 2^17.
// The first holds all that is smaller, the last all that is larger.
constexpr int shift = 13;
constexpr std::uint32_t first_bits = std::bit_cast<std::uint32_t>(0x1p-10F) >> shift;
constexpr std::uint32_t bin_count = 27 * 1024 + 2;

std::uint32_t bin_of(float value) {
    auto const bits = std::bit_cast<std::uint32_t>(value + 0.0F) >> shift;  // Makes 0 of -0.
    return bits < first_bits ? 0 : std::min(bits - first_bits + 1, bin_count - 1);
}

double border_of(std::uint32_t bin) {
    if (bin == 0) return 0;
    return static_cast<double>(std::bit_cast<float>((bin - 1 + first_bits) << shift));
}

}  // namespace

PValueRanks::PValueRanks() : bins_(bin_count) {}

void PValueRanks::add(std::span<float const> neg_log10_p) {
    for (float const value : neg_log10_p) {
        if (std::isnan(value)) continue;
        expect(value >= 0, "-log10 of a probability is not negative");
        ++count_;
        ++bins_[bin_of(value)];
        if (value < least_) continue;
        largest_.push_back(value);
        if (std::ssize(largest_) == 2 * most_exact) drop_smaller();
    }
}

void PValueRanks::drop_smaller() {
    if (std::ssize(largest_) <= most_exact) return;
    auto const last = largest_.begin() + most_exact - 1;
    std::ranges::nth_element(largest_, last, std::greater{});
    least_ = *last;
    largest_.resize(most_exact);
}

void PValueRanks::merge(PValueRanks const& other) {
    count_ += other.count_;
    std::ranges::transform(bins_, other.bins_, bins_.begin(), std::plus{});
    largest_.insert(largest_.end(), other.largest_.begin(), other.largest_.end());
    drop_smaller();
}

double PValueRanks::value(std::int64_t rank) const {
    expect(rank >= 1 && rank <= count_, "the rank is that of a value");

    if (rank <= std::min(std::ssize(largest_), most_exact)) {
        auto values = largest_;
        auto const place = values.begin() + (rank - 1);
        std::ranges::nth_element(values, place, std::greater{});
        return static_cast<double>(*place);
    }
    auto bin = bin_count - 1;
    std::int64_t above = 0;
    while (above + bins_[bin] < rank) above += bins_[bin--];
    // Values are taken to be spread evenly in their bin.
    auto const share = (static_cast<double>(rank - above) - 0.5) / static_cast<double>(bins_[bin]);
    if (bin + 1 == bin_count) return border_of(bin);
    return border_of(bin + 1) - share * (border_of(bin + 1) - border_of(bin));
}

double PValueRanks::border_with_at_most(std::int64_t most) const {
    auto bin = bin_count;
    std::int64_t above = 0;
    while (bin > 0 && above + bins_[bin - 1] <= most) above += bins_[--bin];
    return border_of(bin);
}

}  // namespace maniple

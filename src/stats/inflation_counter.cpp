#include "maniple/stats/inflation_counter.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>

#include "inflation_bins.hpp"
#include "maniple/core/contract.hpp"
#include "maniple/stats/normal.hpp"

namespace maniple {
namespace {

namespace bins = inflation_bins;
constexpr double median_chi_squared_1df = 0.45493642311957275;
constexpr std::size_t piece = 256;
constexpr std::int64_t most_values = std::int64_t{1} << 32;

using Header = std::array<std::int64_t, 4>;  // level, count, settled, kept

std::uint32_t bits_of(float value) { return std::bit_cast<std::uint32_t>(value); }

// Where the value is that has this place among the `values` of a bin: they are taken to be spread
// evenly. In a coarse bin its middle, which is never further off than half the bin.
double in_bin(bins::Bin const& bin, std::int64_t place, std::int64_t values) {
    double const share =
        bin.fine ? (static_cast<double>(place) + 0.5) / static_cast<double>(values) : 0.5;
    if (std::isinf(bin.end)) return bin.first;
    return bin.first + share * (static_cast<double>(bin.end) - bin.first);
}

// Moves the first `count` values of the bytes to `storage`.
template <typename Value>
void take(std::span<std::byte const>& bytes, std::vector<Value>& storage, std::int64_t count) {
    storage.resize(static_cast<std::size_t>(count));
    auto const size = storage.size() * sizeof(Value);
    expect(bytes.size() >= size, "bytes of a counter");
    if (size > 0) std::memcpy(storage.data(), bytes.data(), size);
    bytes = bytes.subspan(size);
}

}  // namespace

void InflationCounter::add(std::span<float const> neg_log10_p) {
    while (!neg_log10_p.empty()) {
        auto const size = std::min(neg_log10_p.size(), piece);
        auto const values = neg_log10_p.first(size);
        neg_log10_p = neg_log10_p.subspan(size);

        unsigned negative = 0;
        unsigned without_number = 0;
        for (float value : values) {
            negative |= static_cast<unsigned>(value < 0);
            without_number |= static_cast<unsigned>(std::isnan(value));
        }
        expect(negative == 0, "-log10 of a probability is not negative");
        if (without_number == 0) {
            append(values);
        } else {
            std::array<float, piece> numbers;
            auto const end = std::ranges::remove_copy_if(values, numbers.begin(), [](float value) {
                                 return std::isnan(value);
                             }).out;
            append({numbers.begin(), end});
        }
    }
    expect(count_ < most_values, "bins count to 2^32");
}

void InflationCounter::append(std::span<float const> numbers) {
    if (level_ == 0) {
        auto const room = static_cast<std::size_t>(most_kept) - kept_.size();
        auto const fitting = numbers.first(std::min(room, numbers.size()));
        numbers = numbers.subspan(fitting.size());
        if (std::ssize(kept_) > most_kept / 2) kept_.reserve(most_kept);  // instead of doubling
        auto const old_size = std::ssize(kept_);
        kept_.resize(kept_.size() + fitting.size());
        std::ranges::transform(fitting, kept_.begin() + old_size,
                               [](float value) { return value + 0.0F; });  // makes 0 of -0
        count_ += std::ssize(fitting);
        if (!numbers.empty()) settle(1);
    }
    if (!numbers.empty()) count_in_bins(numbers);
}

// At level 1 and above, where all that is kept is settled.
void InflationCounter::count_in_bins(std::span<float const> numbers) {
    auto const window = bins::window(level_);
    auto* const counts = bins_.data();
    std::array<float, piece> inside;
    std::size_t size = 0;
    for (float const number : numbers) {
        float const value = number + 0.0F;  // makes 0 of -0
        auto const bits = bits_of(value);
        ++counts[bins::bin_of(bits)];
        inside[size] = value;
        size += window.holds(bits) ? 1 : 0;  // no branch: half of them would be guessed wrong
    }
    kept_.insert(kept_.end(), inside.begin(), inside.begin() + size);
    count_ += std::ssize(numbers);
    while (std::ssize(kept_) > most_in_window) narrow();
    settled_ = std::ssize(kept_);
}

// Counts what was only kept so far and drops what is not in the window.
// \param least_level  to which the window is narrowed at least
void InflationCounter::settle(int least_level) {
    if (level_ == 0 && least_level > 0) {
        bins_.assign(bins::table.bins, 0);
        level_ = 1;
    }
    if (level_ == 0) return;
    auto const window = bins::window(level_);
    auto* const counts = bins_.data();
    auto end = kept_.begin() + settled_;
    for (auto place = end; place != kept_.end(); ++place) {
        float const value = *place;
        auto const bits = bits_of(value);
        ++counts[bins::bin_of(bits)];
        *end = value;
        end += window.holds(bits) ? 1 : 0;  // no branch: half of them would be guessed wrong
    }
    kept_.erase(end, kept_.end());
    while (level_ < least_level || std::ssize(kept_) > most_in_window) narrow();
    settled_ = std::ssize(kept_);
}

void InflationCounter::narrow() {
    auto const window = bins::window(++level_);
    auto end = kept_.begin();
    for (float const value : kept_) {
        *end = value;
        end += window.holds(bits_of(value)) ? 1 : 0;
    }
    kept_.erase(end, kept_.end());
}

void InflationCounter::merge(InflationCounter const& other) {
    expect(&other != this, "two counters");
    if (other.level_ == 0) {
        for (auto rest = std::span{other.kept_}; !rest.empty();) {
            auto const size = std::min(rest.size(), piece);
            append(rest.first(size));
            rest = rest.subspan(size);
        }
    } else {
        auto settled = other;
        settled.settle(std::max(1, level_));
        settle(settled.level_);
        settled.settle(level_);
        std::ranges::transform(bins_, settled.bins_, bins_.begin(), std::plus<>{});
        kept_.insert(kept_.end(), settled.kept_.begin(), settled.kept_.end());
        settled_ = std::ssize(kept_);
        count_ += settled.count_;
        settle(level_);
    }
    expect(count_ < most_values, "bins count to 2^32");
}

// \pre settled; the kept values may be reordered
double InflationCounter::order_statistic(std::int64_t rank) {
    std::int64_t before = 0;
    if (level_ > 0) {
        auto const window = bins::window(level_);
        auto const first = bins_.begin() + bins::bin_of(window.first);
        before = std::accumulate(bins_.begin(), first, std::int64_t{0});
    }
    if (rank >= before && rank < before + std::ssize(kept_)) {
        auto const place = kept_.begin() + (rank - before);
        std::ranges::nth_element(kept_, place);
        return static_cast<double>(*place);
    }
    before = 0;
    std::uint32_t bin = 0;
    while (before + bins_[bin] <= rank) before += bins_[bin++];
    return in_bin(bins::bin_range(bin), rank - before, bins_[bin]);
}

double InflationCounter::value() const {
    if (count_ == 0) return std::numeric_limits<double>::quiet_NaN();
    auto settled = *this;
    settled.settle(level_);
    auto const statistic = [&](std::int64_t rank) {
        return chi_squared_1df_from_neg_log10_p(settled.order_statistic(rank));
    };
    double median = statistic(count_ / 2);
    if (count_ % 2 == 0) median = (statistic(count_ / 2 - 1) + median) / 2;
    return median / median_chi_squared_1df;
}

std::int64_t InflationCounter::most_bytes() {
    return static_cast<std::int64_t>(sizeof(Header) + most_kept * sizeof(float) +
                                     bins::table.bins * sizeof(std::uint32_t));
}

std::int64_t InflationCounter::byte_size() const {
    return static_cast<std::int64_t>(sizeof(Header)) +
           std::ssize(kept_) * static_cast<std::int64_t>(sizeof(float)) +
           std::ssize(bins_) * static_cast<std::int64_t>(sizeof(std::uint32_t));
}

std::vector<std::byte> InflationCounter::to_bytes() const {
    Header const header{level_, count_, settled_, std::ssize(kept_)};
    std::vector<std::byte> bytes(static_cast<std::size_t>(byte_size()));
    auto* place = bytes.data();
    auto const append_bytes = [&](std::span<std::byte const> part) {
        if (!part.empty()) std::memcpy(place, part.data(), part.size());
        place += part.size();
    };
    append_bytes(std::as_bytes(std::span{header}));
    append_bytes(std::as_bytes(std::span{kept_}));
    append_bytes(std::as_bytes(std::span{bins_}));
    return bytes;
}

InflationCounter InflationCounter::from_bytes(std::span<std::byte const> bytes) {
    Header header{};
    expect(bytes.size() >= sizeof header, "bytes of a counter");
    std::memcpy(header.data(), bytes.data(), sizeof header);
    bytes = bytes.subspan(sizeof header);
    auto const [level, count, settled, kept] = header;
    expect(level >= 0 && level <= bins::last_level && settled >= 0 && settled <= kept &&
               (level == 0 || settled == kept) && kept <= most_kept && kept <= count,
           "bytes of a counter");
    InflationCounter counter;
    counter.level_ = static_cast<int>(level);
    counter.count_ = count;
    counter.settled_ = settled;
    take(bytes, counter.kept_, kept);
    take(bytes, counter.bins_, level > 0 ? bins::table.bins : 0);
    expect(bytes.empty(), "bytes of a counter");
    return counter;
}

}  // namespace maniple

// Where InflationCounter counts a value: bins whose borders have few bits, so that the bits of a
// value say which one is its own.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace maniple::inflation_bins {

// A segment is an eighth of an octave: the values that share all but the last 20 bits.
constexpr int segment_bits = 20;
constexpr std::uint32_t infinity_bits = 0x7f800000;
constexpr std::uint32_t segments = (infinity_bits >> segment_bits) + 1;  // the last for infinity

constexpr std::uint32_t segment_at(float border) {
    return std::bit_cast<std::uint32_t>(border) >> segment_bits;
}

// The bin of a value is its bits shifted to the right, plus an offset. Both are in one number, the
// shift in its last 5 bits: one load.
class Segment {
public:
    constexpr Segment() = default;
    // `first_bin` is the bin of the number with these bits.
    constexpr Segment(std::uint32_t first_bits, std::uint32_t first_bin, int shift)
        : packed_{(static_cast<std::int32_t>(first_bin) -
                   static_cast<std::int32_t>(first_bits >> shift)) *
                      32 +
                  shift} {}

    constexpr int shift() const { return packed_ & 31; }
    constexpr std::uint32_t bin_of(std::uint32_t bits) const {
        return (bits >> shift()) + static_cast<std::uint32_t>(packed_ >> 5);
    }

private:
    std::int32_t packed_ = 31;  // bin 0
};

constexpr int fine_shift = 12;  // 256 bins

// From `border` on, segments have 2^(20 - shift) bins.
struct Density {
    float border;
    int shift;
};

// Chosen such that half a coarse bin, or a fine one, is 1e-3 of lambda or of 1 at most.
constexpr std::array densities{
    Density{0x1p-8F, 16}, Density{0x1p-4F, 15}, Density{0.1875F, fine_shift},
    Density{0.625F, 13},  Density{4, 14},       Density{16, 16},
    Density{128, 20},
};

struct BinTable {
    std::array<Segment, segments> by_segment{};
    std::uint32_t bins = 0;
};

constexpr BinTable make_table() {
    BinTable table;
    std::uint32_t next = 1;  // bin 0 holds all under the first border
    for (std::uint32_t s = segment_at(densities.front().border); s < segments; ++s) {
        int shift = segment_bits;
        for (auto const& density : densities) {
            if (s >= segment_at(density.border)) shift = density.shift;
        }
        table.by_segment[s] = Segment{s << segment_bits, next, shift};
        next += 1U << (segment_bits - shift);
    }
    table.bins = next;
    return table;
}

inline constexpr BinTable table = make_table();

// \param bits  of a number from 0 to infinity
inline std::uint32_t bin_of(std::uint32_t bits) {
    return table.by_segment[bits >> segment_bits].bin_of(bits);
}

struct Bin {
    float first;  // its lowest value
    float end;    // the lowest value past it
    bool fine;
};

inline Bin bin_range(std::uint32_t bin) {
    if (bin == 0) return {0, densities.front().border, false};
    std::uint32_t low = segment_at(densities.front().border);
    std::uint32_t high = segments;
    while (high - low > 1) {
        auto const middle = (low + high) / 2;
        (bin_of(middle << segment_bits) <= bin ? low : high) = middle;
    }
    auto const first_bits = low << segment_bits;
    int const shift = table.by_segment[low].shift();
    auto const first = first_bits + ((bin - bin_of(first_bits)) << shift);
    auto const end = std::min(first + (1U << shift), infinity_bits);
    return {std::bit_cast<float>(first), std::bit_cast<float>(end), shift == fine_shift};
}

// Values whose bits are from `first` to first + width - 1; both borders are borders of bins.
struct Window {
    std::uint32_t first;
    std::uint32_t width;

    bool holds(std::uint32_t bits) const { return bits - first < width; }
};

// Everything; then where bins are fine; then 0.25 to 0.375; then half of the width each time, in
// the end one bin and none.
constexpr int last_level = 13;

constexpr Window window(int level) {
    constexpr auto bits = [](float value) { return std::bit_cast<std::uint32_t>(value); };
    if (level == 0) return {0, infinity_bits + 1};
    if (level == 1) return {bits(0.1875F), bits(0.625F) - bits(0.1875F)};
    if (level == 2) return {bits(0.25F), bits(0.375F) - bits(0.25F)};
    constexpr std::uint32_t bin = 1U << fine_shift;
    constexpr std::uint32_t centre = bits(0.30103F) / bin * bin;
    if (level == last_level) return {centre, 0};
    auto const reach = (256U >> (level - 3)) * bin;
    return {centre - reach, 2 * reach + bin};
}

}  // namespace maniple::inflation_bins

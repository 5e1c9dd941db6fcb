#include "bench/random_cohort.hpp"

#include <algorithm>
#include <random>
#include <span>

namespace maniple::bench {
namespace {

// 64 draws at once, each one with the probability, to 16 bits: the digits of the probability from
// the last to the first choose between "and" and "or" with random bits.
std::uint64_t draw_bits(double probability, std::mt19937_64& random) {
    constexpr int digits = 16;
    auto const threshold = static_cast<unsigned>(probability * (1 << digits) + 0.5);
    if (threshold >= 1U << digits) return ~std::uint64_t{0};
    std::uint64_t bits = 0;
    for (int d = 0; d < digits; ++d) {
        auto const more = random();
        bits = (threshold >> d & 1U) != 0 ? bits | more : bits & more;
    }
    return bits;
}

// Bit i becomes bit 2 i.
std::uint64_t spread(std::uint64_t bits) {
    bits &= 0xFFFFFFFFU;
    bits = (bits | bits << 16) & 0x0000FFFF0000FFFFU;
    bits = (bits | bits << 8) & 0x00FF00FF00FF00FFU;
    bits = (bits | bits << 4) & 0x0F0F0F0F0F0F0F0FU;
    bits = (bits | bits << 2) & 0x3333333333333333U;
    return (bits | bits << 1) & 0x5555555555555555U;
}

void fill_row(std::span<std::uint64_t> row, std::int64_t samples, double frequency, double missing,
              std::mt19937_64& random) {
    for (std::int64_t first = 0; first < samples; first += 32) {
        auto const both = draw_bits(frequency, random);
        auto const one = spread(both), other = spread(both >> 32);
        auto word = (one ^ other) | (one & other) << 1;
        if (missing > 0) word |= spread(draw_bits(missing, random)) * 3;
        if (samples - first < 32) word &= (std::uint64_t{1} << 2 * (samples - first)) - 1;
        row[static_cast<std::size_t>(first / 32)] = word;
    }
}

}  // namespace

PackedBlock random_block(BlockShape const& shape, std::uint64_t seed) {
    PackedBlock block{shape.variants, shape.samples};
    std::mt19937_64 random{seed};
    auto const steps = static_cast<double>(std::max<std::int64_t>(shape.variants - 1, 1));
    for (LocalVariantIndex v{0}; v.get() < shape.variants; ++v) {
        auto const frequency =
            shape.lowest_frequency + (shape.highest_frequency - shape.lowest_frequency) *
                                         static_cast<double>(v.get()) / steps;
        fill_row(block.row(v), shape.samples, frequency, shape.missing, random);
    }
    return block;
}

std::vector<double> normal_values(std::int64_t count, std::uint64_t seed) {
    std::mt19937_64 random{seed};
    std::normal_distribution<double> normal;
    std::vector<double> values(static_cast<std::size_t>(count));
    std::ranges::generate(values, [&] { return normal(random); });
    return values;
}

FixedPointMatrix random_columns(std::int64_t samples, std::int64_t columns) {
    // Column c starts at draw c: a matrix of gigabytes need not take minutes.
    auto const draws = normal_values(samples + columns, 2);
    std::vector<std::span<double const>> values;
    for (std::int64_t c = 0; c < columns; ++c) {
        values.push_back(std::span{draws}.subspan(static_cast<std::size_t>(c),
                                                  static_cast<std::size_t>(samples)));
    }
    FixedPointMatrix matrix{samples, columns};
    matrix.fit_columns(0, values);
    return matrix;
}

}  // namespace maniple::bench

#include "maniple/stats/hardy_weinberg.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "maniple/core/contract.hpp"
#include "maniple/core/elementary.hpp"

namespace maniple {
namespace {

// Equal probabilities reach us by different chains of factors; half a million roundings are less.
constexpr double tie_tolerance = 1e-10;
constexpr double negligible = 1e-18;

// A probability as value * 2^exponent; far from the most likely count a double would be 0.
struct Scaled {
    double value = 1;
    std::int64_t exponent = 0;

    void multiply(double factor) {
        value *= factor;
        if (value < 0x1p-300) {
            value *= 0x1p300;
            exponent -= 300;
        }
    }
    double relative_to(Scaled other) const {
        auto const shift = std::clamp<std::int64_t>(exponent - other.exponent, -3000, 3000);
        return std::ldexp(value / other.value, static_cast<int>(shift));
    }
};

enum class Direction : int { fewer = -1, more = 1 };

// One possible number of heterozygotes at fixed allele counts.
struct Arrangement {
    std::int64_t heterozygous;
    std::int64_t homozygous_rare;
    std::int64_t homozygous_common;

    // Probability of the next arrangement over that of this one (Wigginton et al., equation 2);
    // 0 past the last.
    double ratio(Direction direction) const {
        auto const h = static_cast<double>(heterozygous);
        auto const rare = static_cast<double>(homozygous_rare);
        auto const common = static_cast<double>(homozygous_common);
        return direction == Direction::more ? 4 * rare * common / ((h + 2) * (h + 1))
                                            : h * (h - 1) / (4 * (rare + 1) * (common + 1));
    }
    void step(Direction direction) {
        auto const pairs = static_cast<std::int64_t>(direction);
        heterozygous += 2 * pairs;
        homozygous_rare -= pairs;
        homozygous_common -= pairs;
    }
};

// Sum of the probabilities after this one, relative to it. \pre they fall in that direction
double sum_beyond(Arrangement place, Direction direction) {
    double term = 1;
    double sum = 0;
    for (;;) {
        term *= place.ratio(direction);
        if (!(term > negligible)) return sum;
        sum += term;
        place.step(direction);
    }
}

Arrangement most_likely(std::int64_t rare_alleles, std::int64_t people) {
    auto const alleles = static_cast<double>(2 * people);
    auto const rare = static_cast<double>(rare_alleles);
    auto heterozygous = static_cast<std::int64_t>(rare * (alleles - rare) / alleles);
    heterozygous += (heterozygous + rare_alleles) % 2;  // the same parity, at most rare_alleles
    auto const homozygous_rare = (rare_alleles - heterozygous) / 2;
    Arrangement place{heterozygous, homozygous_rare, people - heterozygous - homozygous_rare};
    for (auto const direction : {Direction::fewer, Direction::more}) {
        while (place.ratio(direction) > 1) place.step(direction);
    }
    return place;
}

Scaled exact_p(HardyWeinbergCounts counts) {
    expect(counts.homozygous_reference >= 0, "counts are not negative");
    expect(counts.heterozygous >= 0, "counts are not negative");
    expect(counts.homozygous_alternate >= 0, "counts are not negative");

    auto const [fewer, more] =
        std::minmax(counts.homozygous_reference, counts.homozygous_alternate);
    auto const rare_alleles = 2 * fewer + counts.heterozygous;
    if (rare_alleles == 0) return {};
    auto const mode = most_likely(rare_alleles, fewer + more + counts.heterozygous);
    if (counts.heterozygous == mode.heterozygous) return {};
    double const total = 1 + sum_beyond(mode, Direction::fewer) + sum_beyond(mode, Direction::more);

    bool const below = counts.heterozygous < mode.heterozygous;
    auto const outward = below ? Direction::fewer : Direction::more;
    auto const opposite = below ? Direction::more : Direction::fewer;

    Scaled observed;
    auto place = mode;
    while (place.heterozygous != counts.heterozygous) {
        observed.multiply(place.ratio(outward));
        place.step(outward);
    }
    double tail = 1 + sum_beyond(place, outward);

    Scaled other;
    for (place = mode; other.relative_to(observed) > 1 + tie_tolerance; place.step(opposite)) {
        if (place.ratio(opposite) == 0) {
            other = {0, 0};
            break;
        }
        other.multiply(place.ratio(opposite));
    }
    tail += other.relative_to(observed) * (1 + sum_beyond(place, opposite));
    return {observed.value * tail / total, observed.exponent};
}

}  // namespace

double hardy_weinberg_p(HardyWeinbergCounts counts) {
    auto const p = exact_p(counts);
    auto const exponent = std::max<std::int64_t>(p.exponent, -3000);
    return std::min(1.0, std::ldexp(p.value, static_cast<int>(exponent)));
}

double hardy_weinberg_neg_log10_p(HardyWeinbergCounts counts) {
    auto const p = exact_p(counts);
    double const neg_ln_p =
        -portable_log(p.value) - static_cast<double>(p.exponent) * std::numbers::ln2;
    return std::max(0.0, neg_ln_p * std::numbers::log10e);
}

}  // namespace maniple

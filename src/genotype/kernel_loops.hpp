// The loops behind genotype/kernels.hpp for processors that do not count bits in vectors. All names
// are local to the including source, and nothing but <cstdint> is used: an inline function shared
// between translation units could be kept in its AVX2 form for all.
#pragma once

#include <cstdint>

#include "maniple/genotype/kernels.hpp"

namespace maniple {
namespace {

// A register of `Bytes`. May alias the words of a row, which are whole cache lines of 64.
template <int Bytes>
struct Register {
    using Words [[gnu::vector_size(Bytes), gnu::may_alias]] = std::uint64_t;
};

constexpr std::uint64_t low_bits = 0x5555555555555555U;

GenotypeCounts counts_of(std::int64_t total, std::int64_t low, std::int64_t high,
                         std::int64_t both) {
    GenotypeCounts counts;
    counts.missing = both;
    counts.heterozygous = low - both;
    counts.alternate = high - both;
    counts.reference = total - low - high + both;
    return counts;
}

// Counts the set fields of lines whose pairs of bits are 0 or 1: sums grow from two to four to
// eight bits before they leave the vectors.
template <int Bytes>
class FieldCount {
public:
    using Line = typename Register<Bytes>::Words;

    // The sum of at most three lines.
    void add(Line const& pairs) {
        constexpr std::uint64_t nibbles = 0x3333333333333333U;
        fours_ += (pairs & nibbles) + (pairs >> 2 & nibbles);  // 6 at most
        if (++held_ % 2 == 0) fold();
        if (held_ == 20) flush();  // bytes of 10 * 24
    }

    std::int64_t total() {
        fold();
        flush();
        return total_;
    }

private:
    void fold() {
        constexpr std::uint64_t bytes = 0x0F0F0F0F0F0F0F0FU;
        eights_ += (fours_ & bytes) + (fours_ >> 4 & bytes);
        fours_ = Line{};
    }

    void flush() {
        constexpr std::uint64_t shorts = 0x00FF00FF00FF00FFU;
        Line const sums = (eights_ & shorts) + (eights_ >> 8 & shorts);
        for (int k = 0; k < Bytes / 8; ++k)
            total_ += static_cast<std::int64_t>(sums[k] * 0x0001000100010001U >> 48);
        eights_ = Line{};
        held_ = 0;
    }

    Line fours_{};
    Line eights_{};
    int held_ = 0;
    std::int64_t total_ = 0;
};

// Sums of up to three lines, for each of the four fields.
template <int Bytes>
struct FieldSums {
    using Line = typename Register<Bytes>::Words;
    Line total{};
    Line low{};
    Line high{};
    Line both{};

    void add(Line const& genotypes, Line const& inside) {
        Line const low_bit = genotypes & inside;
        Line const high_bit = genotypes >> 1 & inside;
        total += inside;
        low += low_bit;
        high += high_bit;
        both += low_bit & high_bit;
    }
};

template <int Bytes>
GenotypeCounts count_row(std::uint64_t const* genotypes, std::uint64_t const* mask,
                         std::int64_t words) {
    using Line = typename Register<Bytes>::Words;
    auto const* row = reinterpret_cast<Line const*>(genotypes);
    auto const* inside = reinterpret_cast<Line const*>(mask);
    FieldCount<Bytes> total;
    FieldCount<Bytes> low;
    FieldCount<Bytes> high;
    FieldCount<Bytes> both;
    for (std::int64_t i = 0; i < words * 8 / Bytes; i += 3) {
        FieldSums<Bytes> sums;
        for (auto k = i; k < i + 3 && k < words * 8 / Bytes; ++k) sums.add(row[k], inside[k]);
        total.add(sums.total);
        low.add(sums.low);
        high.add(sums.high);
        both.add(sums.both);
    }
    return counts_of(total.total(), low.total(), high.total(), both.total());
}

template <int Bytes>
GenotypeCounts count_whole_row(std::uint64_t const* genotypes, std::int64_t words,
                               std::int64_t samples) {
    using Line = typename Register<Bytes>::Words;
    auto const* row = reinterpret_cast<Line const*>(genotypes);
    Line const everybody = Line{} + low_bits;
    FieldCount<Bytes> low;
    FieldCount<Bytes> high;
    FieldCount<Bytes> both;
    for (std::int64_t i = 0; i < words * 8 / Bytes; i += 3) {
        FieldSums<Bytes> sums;
        for (auto k = i; k < i + 3 && k < words * 8 / Bytes; ++k) sums.add(row[k], everybody);
        low.add(sums.low);
        high.add(sums.high);
        both.add(sums.both);
    }
    return counts_of(samples, low.total(), high.total(), both.total());
}

// The samples of one word.
std::int64_t sum_word(std::uint64_t word, std::int16_t const* remainders, std::int64_t samples) {
    std::int64_t sum = 0;
    word ^= (word & word >> 1 & low_bits) * 3;  // missing to 0
    for (std::int64_t s = 0; s < samples && word != 0; ++s, word >>= 2)
        sum += static_cast<std::int64_t>(word & 3) * remainders[s];
    return sum;
}

}  // namespace
}  // namespace maniple

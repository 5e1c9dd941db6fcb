#include <immintrin.h>

#include <cstdint>

#include "kernel_forms.hpp"

namespace maniple {
namespace {

constexpr long long low_bits = 0x5555555555555555;

// Two lines of fields in one: the low bits of `even`, and those of `odd` moved to the high bits.
// `even` and `odd` have been shifted so that the bits wanted are there.
__m512i interleave(__m512i even, __m512i odd) {
    return _mm512_ternarylogic_epi64(_mm512_set1_epi64(low_bits), even, odd, 0xCA);
}

// Sums over pairs of lines, so that each count of bits serves two.
struct BitCounts {
    __m512i total = _mm512_setzero_si512();
    __m512i low = _mm512_setzero_si512();
    __m512i high = _mm512_setzero_si512();
    __m512i both = _mm512_setzero_si512();

    void add(__m512i even, __m512i odd, __m512i inside) {
        auto const low_bit = _mm512_and_si512(interleave(even, _mm512_slli_epi64(odd, 1)), inside);
        auto const high_bit = _mm512_and_si512(interleave(_mm512_srli_epi64(even, 1), odd), inside);
        low = _mm512_add_epi64(low, _mm512_popcnt_epi64(low_bit));
        high = _mm512_add_epi64(high, _mm512_popcnt_epi64(high_bit));
        both = _mm512_add_epi64(both, _mm512_popcnt_epi64(_mm512_and_si512(low_bit, high_bit)));
    }

    GenotypeCounts counts(std::int64_t samples) const {
        auto const low_count = _mm512_reduce_add_epi64(low);
        auto const high_count = _mm512_reduce_add_epi64(high);
        GenotypeCounts counts;
        counts.missing = _mm512_reduce_add_epi64(both);
        counts.heterozygous = low_count - counts.missing;
        counts.alternate = high_count - counts.missing;
        counts.reference = samples - low_count - high_count + counts.missing;
        return counts;
    }
};

GenotypeCounts count_avx512(std::uint64_t const* genotypes, std::uint64_t const* mask,
                            std::int64_t words) {
    BitCounts bits;
    auto const add = [&](std::int64_t w, __m512i odd, __m512i odd_inside) {
        auto const inside =
            interleave(_mm512_loadu_si512(mask + w), _mm512_slli_epi64(odd_inside, 1));
        bits.total = _mm512_add_epi64(bits.total, _mm512_popcnt_epi64(inside));
        bits.add(_mm512_loadu_si512(genotypes + w), odd, inside);
    };
    std::int64_t w = 0;
    for (; w + 16 <= words; w += 16)
        add(w, _mm512_loadu_si512(genotypes + w + 8), _mm512_loadu_si512(mask + w + 8));
    if (w < words) add(w, _mm512_setzero_si512(), _mm512_setzero_si512());
    return bits.counts(_mm512_reduce_add_epi64(bits.total));
}

GenotypeCounts count_all_avx512(std::uint64_t const* genotypes, std::int64_t words,
                                std::int64_t samples) {
    BitCounts bits;
    auto const everybody = _mm512_set1_epi64(-1);
    std::int64_t w = 0;
    for (; w + 16 <= words; w += 16) {
        bits.add(_mm512_loadu_si512(genotypes + w), _mm512_loadu_si512(genotypes + w + 8),
                 everybody);
    }
    if (w < words) bits.add(_mm512_loadu_si512(genotypes + w), _mm512_setzero_si512(), everybody);
    return bits.counts(samples);
}

std::int64_t sum_avx512(std::uint64_t const* genotypes, std::int16_t const* remainders,
                        std::int64_t samples) {
    constexpr std::int64_t steps = 8192;  // each adds at most 2 * 2 * 2^15 to the 32-bit sums
    // Byte s / 4 of the word to the 16 bits of sample s, then its pair down; 3 becomes 0.
    auto const places = _mm512_set_epi64(0x8007800780078007, 0x8006800680068006, 0x8005800580058005,
                                         0x8004800480048004, 0x8003800380038003, 0x8002800280028002,
                                         0x8001800180018001, 0x8000800080008000);
    auto const shifts = _mm512_set1_epi64(0x0006000400020000);
    auto const pair = _mm512_set1_epi16(3);
    auto const counts = _mm512_set1_epi32(0x00020100);
    std::int64_t sum = 0;
    for (std::int64_t s = 0; s < samples;) {
        auto const end = s + steps * 32 < samples ? s + steps * 32 : samples;
        auto total = _mm512_setzero_si512();
        for (; s < end; s += 32) {
            auto const word = _mm512_set1_epi64(static_cast<long long>(genotypes[s / 32]));
            auto const bytes = _mm512_shuffle_epi8(word, places);
            auto const moved = _mm512_and_si512(_mm512_srlv_epi16(bytes, shifts), pair);
            auto const decoded = _mm512_shuffle_epi8(counts, moved);
            auto const inside = end - s >= 32 ? ~__mmask32{0} : (__mmask32{1} << (end - s)) - 1;
            total = _mm512_dpwssd_epi32(total, decoded,
                                        _mm512_maskz_loadu_epi16(inside, remainders + s));
        }
        auto const lower = _mm512_cvtepi32_epi64(_mm512_castsi512_si256(total));
        auto const upper = _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(total, 1));
        sum += _mm512_reduce_add_epi64(_mm512_add_epi64(lower, upper));
    }
    return sum;
}

}  // namespace

constinit Kernels const avx512_kernels{
    .count = count_avx512, .count_all = count_all_avx512, .sum_remainders = sum_avx512};

}  // namespace maniple

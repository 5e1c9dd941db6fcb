#include <immintrin.h>

#include "kernel_forms.hpp"
#include "kernel_loops.hpp"

namespace maniple {
namespace {

// 16 samples' genotypes (the bytes that `places` names) in 16 bits each, missing as 0.
__m256i decode_half(__m256i word, __m256i places) {
    auto const bytes = _mm256_shuffle_epi8(word, places);
    // Pair j of the byte to bits 6 and 7, then down.
    auto const scales = _mm256_set1_epi64x(0x0001000400100040);
    auto const moved = _mm256_srli_epi16(_mm256_mullo_epi16(bytes, scales), 6);
    auto const pair = _mm256_and_si256(moved, _mm256_set1_epi16(3));
    return _mm256_shuffle_epi8(_mm256_set1_epi32(0x00020100), pair);
}

std::int64_t sum_avx2(std::uint64_t const* genotypes, std::int16_t const* remainders,
                      std::int64_t samples) {
    // A step adds at most 2 * 2 * 2^15 to each of the 32-bit sums, twice.
    constexpr std::int64_t steps = 4096;
    constexpr char none = -1;
    auto const lower =
        _mm256_setr_epi8(0, none, 0, none, 0, none, 0, none, 1, none, 1, none, 1, none, 1, none, 2,
                         none, 2, none, 2, none, 2, none, 3, none, 3, none, 3, none, 3, none);
    auto const upper = _mm256_or_si256(lower, _mm256_set1_epi16(4));
    auto const whole = samples / 32;
    std::int64_t sum = 0;
    for (std::int64_t w = 0; w < whole;) {
        auto const end = w + steps < whole ? w + steps : whole;
        auto total = _mm256_setzero_si256();
        for (; w < end; ++w) {
            auto const word = _mm256_set1_epi64x(static_cast<long long>(genotypes[w]));
            auto const* values = reinterpret_cast<__m256i const*>(remainders + w * 32);
            auto const first =
                _mm256_madd_epi16(decode_half(word, lower), _mm256_loadu_si256(values));
            auto const second =
                _mm256_madd_epi16(decode_half(word, upper), _mm256_loadu_si256(values + 1));
            total = _mm256_add_epi32(total, _mm256_add_epi32(first, second));
        }
        alignas(32) std::int32_t lanes[8];
        _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), total);
        for (auto lane : lanes) sum += lane;
    }
    if (whole * 32 < samples)
        sum += sum_word(genotypes[whole], remainders + whole * 32, samples - whole * 32);
    return sum;
}

}  // namespace

constinit Kernels const avx2_kernels{
    .count = count_row<32>, .count_all = count_whole_row<32>, .sum_remainders = sum_avx2};

}  // namespace maniple

#include <immintrin.h>

#include "missing_samples_forms.hpp"
#include "missing_samples_loops.hpp"

namespace maniple {
namespace {

// The numbers of the bits set in each number of four bits, then what does not matter.
alignas(16) constexpr std::int32_t set_bits[16][4] = {
    {0, 0, 0, 0}, {0, 0, 0, 0}, {1, 0, 0, 0}, {0, 1, 0, 0}, {2, 0, 0, 0}, {0, 2, 0, 0},
    {1, 2, 0, 0}, {0, 1, 2, 0}, {3, 0, 0, 0}, {0, 3, 0, 0}, {1, 3, 0, 0}, {0, 1, 3, 0},
    {2, 3, 0, 0}, {0, 2, 3, 0}, {1, 2, 3, 0}, {0, 1, 2, 3}};

__m256i load(std::uint64_t const* from) {
    return _mm256_loadu_si256(reinterpret_cast<__m256i const*>(from));
}

__m256i load_hits(std::uint64_t const* row, std::uint64_t const* mask) {
    auto const genotypes = load(row);
    return _mm256_and_si256(_mm256_and_si256(genotypes, load(mask)),
                            _mm256_srli_epi64(genotypes, 1));
}

std::int64_t append(__m256i hits, std::int64_t w, std::int32_t* list) {
    auto const none = _mm256_cmpeq_epi64(hits, _mm256_setzero_si256());
    auto const some = 15U & ~static_cast<unsigned>(_mm256_movemask_pd(_mm256_castsi256_pd(none)));
    auto const within = _mm_load_si128(reinterpret_cast<__m128i const*>(set_bits[some]));
    auto const numbers = _mm_add_epi32(within, _mm_set1_epi32(static_cast<std::int32_t>(w)));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(list), numbers);
    return __builtin_popcount(some);
}

std::int64_t list_words(std::uint64_t const* row, std::uint64_t const* mask, std::int64_t words,
                        std::int32_t* list) {
    std::int64_t count = 0;
    for (std::int64_t w = 0; w < words; w += 8) {
        auto const low = load_hits(row + w, mask + w);
        auto const high = load_hits(row + w + 4, mask + w + 4);
        auto const any = _mm256_or_si256(low, high);
        if (_mm256_testz_si256(any, any) != 0) continue;
        count += append(low, w, list + count);
        count += append(high, w + 4, list + count);
    }
    return count;
}

}  // namespace

std::int64_t find_missing_avx2(std::uint64_t const* row, std::uint64_t const* mask,
                               std::int64_t words, std::int64_t* room) {
    return find_in_row(row, mask, words, room, list_words);
}

}  // namespace maniple

#include <immintrin.h>

#include "genotype_value_forms.hpp"

namespace maniple {

// Four samples a vector: each pair of values is chosen from by one bit, then between the pairs by
// the other.
void add_values_avx2(ValueTask const& task) {
    __m256i const to_bit_1 = _mm256_set_epi64x(6, 4, 2, 0);
    __m256i const to_bit_63 = _mm256_set_epi64x(55, 57, 59, 61);
    for (std::int64_t w = 0; w < task.words; ++w) {
        double* const to = task.sums + w * 32;
        __m256d sums[8];
        for (int k = 0; k < 8; ++k) sums[k] = _mm256_loadu_pd(to + 4 * k);
        for (std::int64_t i = 0; i < task.variants; ++i) {
            double const* const values = task.values + 4 * i;
            __m256d const called = _mm256_broadcast_pd(reinterpret_cast<__m128d const*>(values));
            __m256d const others =
                _mm256_broadcast_pd(reinterpret_cast<__m128d const*>(values + 2));
            auto genotypes = task.rows[i][w];
            for (int k = 0; k < 8; ++k, genotypes >>= 8) {
                __m256i const all = _mm256_set1_epi64x(static_cast<long long>(genotypes) << 1);
                // Sample j's low bit is bit 2 j + 1 of `all`: bring it to bit 1.
                __m256i const low = _mm256_srlv_epi64(all, to_bit_1);
                // Its high bit is bit 2 j + 2: bring it to bit 63.
                __m256i const high = _mm256_sllv_epi64(all, to_bit_63);
                __m256d const value =
                    _mm256_blendv_pd(_mm256_permutevar_pd(called, low),
                                     _mm256_permutevar_pd(others, low), _mm256_castsi256_pd(high));
                sums[k] = _mm256_add_pd(sums[k], value);
            }
        }
        for (int k = 0; k < 8; ++k) _mm256_storeu_pd(to + 4 * k, sums[k]);
    }
}

}  // namespace maniple

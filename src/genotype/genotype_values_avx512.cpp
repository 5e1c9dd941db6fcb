#include <immintrin.h>

#include "genotype_value_forms.hpp"

namespace maniple {

// Eight samples a vector. A permutation looks at three bits, a genotype and one of its neighbour's:
// both halves of the table are the same.
void add_values_avx512(ValueTask const& task) {
    __m512i const shifts = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0);
    for (std::int64_t w = 0; w < task.words; ++w) {
        double* const to = task.sums + w * 32;
        __m512d sums[4];
        for (int k = 0; k < 4; ++k) sums[k] = _mm512_loadu_pd(to + 8 * k);
        for (std::int64_t i = 0; i < task.variants; ++i) {
            __m512d const values = _mm512_broadcast_f64x4(_mm256_loadu_pd(task.values + 4 * i));
            auto genotypes = task.rows[i][w];
            for (int k = 0; k < 4; ++k, genotypes >>= 16) {
                __m512i const which =
                    _mm512_srlv_epi64(_mm512_set1_epi64(static_cast<long long>(genotypes)), shifts);
                sums[k] = _mm512_add_pd(sums[k], _mm512_permutexvar_pd(which, values));
            }
        }
        for (int k = 0; k < 4; ++k) _mm512_storeu_pd(to + 8 * k, sums[k]);
    }
}

}  // namespace maniple

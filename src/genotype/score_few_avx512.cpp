#include <immintrin.h>

#include "score_forms.hpp"

namespace maniple {
namespace {

constexpr std::int64_t stretch = 16;  // Quads whose genotypes stay in the first-level cache.
constexpr int vectors = 16;           // Of 16 samples each.

// Words with missing genotypes (their low bits), of a stretch.
struct MissingWords {
    static constexpr std::int64_t room = 4 * stretch * 8 + 8;  // Whole vectors are written.
    alignas(64) std::uint64_t bits[room];
    alignas(64) std::uint64_t places[room];  // 8 * variant of the stretch + word
    std::int64_t count = 0;

    void add(__m512i missing, std::int64_t variant) {
        auto const found = _mm512_test_epi64_mask(missing, missing);
        auto const place = _mm512_add_epi64(_mm512_set1_epi64(8 * variant),
                                            _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0));
        _mm512_storeu_si512(bits + count, _mm512_maskz_compress_epi64(found, missing));
        _mm512_storeu_si512(places + count, _mm512_maskz_compress_epi64(found, place));
        count += __builtin_popcount(found);
    }

    // sums[s] += integers[variant] for every missing genotype.
    void sum(std::int64_t const* integers, std::int64_t* sums) const {
        for (std::int64_t i = 0; i < count; ++i) {
            auto* const own = sums + places[i] % 8 * 32;
            auto const integer = integers[places[i] / 8];
            auto hits = bits[i];
            do {
                own[__builtin_ctzll(hits) / 2] += integer;
                hits &= hits - 1;
            } while (hits != 0);
        }
    }
};

// Genotypes of 256 samples, missing ones 0.
__m512i load_line(std::uint64_t const* from, std::int64_t variant, MissingWords& words) {
    auto const low_bits = _mm512_set1_epi64(0x5555555555555555);
    auto const codes = _mm512_loadu_si512(from);
    auto const missing =
        _mm512_and_si512(_mm512_srli_epi64(codes, 1), _mm512_and_si512(codes, low_bits));
    words.add(missing, variant);
    return _mm512_andnot_si512(_mm512_or_si512(missing, _mm512_slli_epi64(missing, 1)), codes);
}

// Four variants by 256 samples: bytes of the four stand side by side, then each sample's genotypes
// are the lowest bits of four bytes.
void interleave(__m512i const (&lines)[4], __m512i* out) {
    auto const ab_low = _mm512_unpacklo_epi8(lines[0], lines[1]);
    auto const ab_high = _mm512_unpackhi_epi8(lines[0], lines[1]);
    auto const cd_low = _mm512_unpacklo_epi8(lines[2], lines[3]);
    auto const cd_high = _mm512_unpackhi_epi8(lines[2], lines[3]);
    __m512i const quads[4] = {
        _mm512_unpacklo_epi16(ab_low, cd_low), _mm512_unpackhi_epi16(ab_low, cd_low),
        _mm512_unpacklo_epi16(ab_high, cd_high), _mm512_unpackhi_epi16(ab_high, cd_high)};
    auto const genotype = _mm512_set1_epi8(3);
    for (int k = 0; k < 4; ++k) {
        out[(4 * k + 0) * stretch] = _mm512_and_si512(quads[k], genotype);
        out[(4 * k + 1) * stretch] = _mm512_and_si512(_mm512_srli_epi64(quads[k], 2), genotype);
        out[(4 * k + 2) * stretch] = _mm512_and_si512(_mm512_srli_epi64(quads[k], 4), genotype);
        out[(4 * k + 3) * stretch] = _mm512_and_si512(_mm512_srli_epi64(quads[k], 6), genotype);
    }
}

// Six digits of one score for 4 vectors of samples.
void multiply(__m512i const* genotypes, std::int64_t quads, std::uint32_t const* digits,
              __m512i* sums) {
    __m512i sum[4][score_limbs];
    for (int i = 0; i < 4; ++i) {
        for (int d = 0; d < score_limbs; ++d) sum[i][d] = sums[i * score_limbs + d];
    }
    for (std::int64_t q = 0; q < quads; ++q) {
        __m512i digit[score_limbs];
        for (int d = 0; d < score_limbs; ++d) {
            digit[d] = _mm512_set1_epi32(static_cast<int>(digits[q * score_limbs + d]));
        }
        for (int i = 0; i < 4; ++i) {
            auto const four = genotypes[i * stretch + q];
            for (int d = 0; d < score_limbs; ++d) {
                sum[i][d] = _mm512_dpbusd_epi32(sum[i][d], four, digit[d]);
            }
        }
    }
    for (int i = 0; i < 4; ++i) {
        for (int d = 0; d < score_limbs; ++d) sums[i * score_limbs + d] = sum[i][d];
    }
}

// Integers of 16 samples from their digits' sums.
void combine(__m512i const* digits, std::int64_t* integers) {
    for (int half = 0; half < 2; ++half) {
        auto sum = _mm512_setzero_si512();
        for (int d = 0; d < score_limbs; ++d) {
            auto const part = half == 0 ? _mm512_castsi512_si256(digits[d])
                                        : _mm512_extracti64x4_epi64(digits[d], 1);
            auto const shift = _mm_cvtsi32_si128(8 * d);
            sum = _mm512_add_epi64(sum, _mm512_sll_epi64(_mm512_cvtepi32_epi64(part), shift));
        }
        _mm512_store_si512(integers + 8 * half, sum);
    }
}

// Vector 4 k + j holds sample j of the four of bytes 16 l + 4 k + t, at 4 l + t.
void add_sums(__m512i const* digits, std::int64_t* sums) {
    for (int k = 0; k < 4; ++k) {
        for (int j = 0; j < 4; ++j) {
            alignas(64) std::int64_t integers[16];
            combine(digits + (4 * k + j) * score_limbs, integers);
            for (int i = 0; i < 16; ++i) {
                auto const byte = 16 * (i / 4) + 4 * k + i % 4;
                sums[4 * byte + j] += integers[i];
            }
        }
    }
}

}  // namespace

void sum_few_avx512(std::uint64_t const* const* lines, std::int64_t quads,
                    FewWeights const* weights, std::int64_t scores, std::int64_t* sums) {
    alignas(64) __m512i genotypes[vectors * stretch];
    alignas(64) __m512i all[2][vectors * score_limbs];
    for (std::int64_t c = 0; c < scores; ++c) {
        for (auto& sum : all[c]) sum = _mm512_setzero_si512();
    }
    for (std::int64_t i = 0; i < scores * 256; ++i) sums[i] = 0;
    MissingWords words;
    for (std::int64_t q0 = 0; q0 < quads; q0 += stretch) {
        auto const here = quads - q0 < stretch ? quads - q0 : stretch;
        words.count = 0;
        for (std::int64_t q = 0; q < here; ++q) {
            __m512i four[4];
            for (int i = 0; i < 4; ++i) {
                auto const v = 4 * (q0 + q) + i;
                // Rows lie far apart: the processor does not foresee the next ones' lines.
                auto const ahead = v + 4 * stretch;
                if (ahead < 4 * quads) __builtin_prefetch(lines[ahead]);
                four[i] = load_line(lines[v], 4 * q + i, words);
            }
            interleave(four, genotypes + q);
        }
        for (std::int64_t c = 0; c < scores; ++c) {
            for (int i = 0; i < vectors; i += 4) {
                multiply(genotypes + i * stretch, here, weights[c].digits + q0 * score_limbs,
                         all[c] + i * score_limbs);
            }
            words.sum(weights[c].missing + 4 * q0, sums + c * 256);
        }
    }
    for (std::int64_t c = 0; c < scores; ++c) add_sums(all[c], sums + c * 256);
}

}  // namespace maniple

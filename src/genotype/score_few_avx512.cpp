#include <immintrin.h>

#include "score_forms.hpp"

namespace maniple {
namespace {

constexpr std::int64_t stretch = 16;  // Quads whose genotypes stay in the first-level cache.
constexpr int vectors = 16;           // Of 16 samples each.

struct Line {
    __m512i genotypes;  // Missing ones 0.
    __mmask8 missing;   // Words with one.
};

Line load_line(std::uint64_t const* from) {
    auto const low_bits = _mm512_set1_epi64(0x5555555555555555);
    auto const codes = _mm512_loadu_si512(from);
    auto const low = _mm512_and_si512(codes, low_bits);
    auto const missing = _mm512_and_si512(_mm512_srli_epi64(codes, 1), low);
    auto const both = _mm512_or_si512(missing, _mm512_slli_epi64(missing, 1));
    return {_mm512_andnot_si512(both, codes), _mm512_test_epi64_mask(missing, missing)};
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

// Vector 4 k + j holds sample j of the four of bytes 16 l + 4 k + t, at 4 l + t.
void write_sums(__m512i const* sums, std::int32_t* out) {
    for (int k = 0; k < 4; ++k) {
        for (int j = 0; j < 4; ++j) {
            for (int d = 0; d < score_limbs; ++d) {
                alignas(64) std::int32_t values[16];
                _mm512_store_si512(values, sums[(4 * k + j) * score_limbs + d]);
                for (int i = 0; i < 16; ++i) {
                    auto const byte = 16 * (i / 4) + 4 * k + i % 4;
                    out[(4 * byte + j) * score_limbs + d] = values[i];
                }
            }
        }
    }
}

}  // namespace

std::int64_t sum_few_avx512(std::uint64_t const* const* lines, std::int64_t quads,
                            std::uint32_t const* const* digits, std::int64_t scores,
                            std::int32_t* sums, std::uint16_t* missing) {
    alignas(64) __m512i genotypes[vectors * stretch];
    alignas(64) __m512i all[2][vectors * score_limbs];
    for (std::int64_t c = 0; c < scores; ++c) {
        for (auto& sum : all[c]) sum = _mm512_setzero_si512();
    }
    std::int64_t listed = 0;
    for (std::int64_t q0 = 0; q0 < quads; q0 += stretch) {
        auto const here = quads - q0 < stretch ? quads - q0 : stretch;
        for (std::int64_t q = 0; q < here; ++q) {
            __m512i four[4];
            for (int i = 0; i < 4; ++i) {
                auto const v = 4 * (q0 + q) + i;
                auto const line = load_line(lines[v]);
                four[i] = line.genotypes;
                missing[listed] = static_cast<std::uint16_t>(v);
                listed += line.missing != 0 ? 1 : 0;
            }
            interleave(four, genotypes + q);
        }
        for (std::int64_t c = 0; c < scores; ++c) {
            for (int i = 0; i < vectors; i += 4) {
                multiply(genotypes + i * stretch, here, digits[c] + q0 * score_limbs,
                         all[c] + i * score_limbs);
            }
        }
    }
    for (std::int64_t c = 0; c < scores; ++c) write_sums(all[c], sums + c * 256 * score_limbs);
    return listed;
}

}  // namespace maniple
